package io.mooring.cli.child;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One run of a program. Safe for use by any thread. */
public final class Child {
  /** What can be seen of a program from outside. */
  public enum State {
    RUNNING,
    /** Stopped by SIGSTOP: it holds its ports and answers nothing. */
    FROZEN,
    EXITED;

    /** The name that users see. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Process process;
  private final Path log;
  private volatile boolean frozen;
  private volatile boolean killed;
  private volatile boolean terminated;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** As {@link Spawner#start}. */
  public static Child start(
      Spawner spawner, List<String> command, Map<String, String> environment, Path log) {
    return new Child(spawner.start(command, environment, log), log);
  }

  public long pid() {
    return process.pid();
  }

  public Path log() {
    return log;
  }

  public State state() {
    if (!process.isAlive()) {
      return State.EXITED;
    }
    return frozen ? State.FROZEN : State.RUNNING;
  }

  /**
   * The exit code, 128 + n after signal n.
   *
   * @throws IllegalThreadStateException while the program runs
   */
  public int exitCode() {
    return process.exitValue();
  }

  /** Completes when the program has ended. */
  public CompletableFuture<Child> ended() {
    return process.onExit().thenApply(exited -> this);
  }

  /** CPU time used so far, zero once the program has ended. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** SIGSTOP. */
  public void freeze() {
    signal("STOP");
    frozen = true;
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
    frozen = false;
  }

  /** SIGTERM. */
  public void terminate() {
    terminated = true;
    process.destroy();
  }

  /** SIGKILL, which ends a frozen program too; returns when it is gone. */
  public void kill() {
    killed = true;
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether {@link #kill} was called. */
  public boolean killed() {
    return killed;
  }

  /** Whether {@link #terminate} was called. */
  public boolean terminated() {
    return terminated;
  }

  /** Whether the program ended within {@code time}. */
  public boolean awaitEnd(Duration time) {
    try {
      return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void signal(String name) {
    String pid = Long.toString(pid());
    try {
      int code =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " \"$0\"", pid)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        throw new ChildException("SIG%s could not be sent to process %s".formatted(name, pid));
      }
    } catch (IOException failed) {
      throw new ChildException("cannot execute /bin/sh: " + failed.getMessage(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ChildException("interrupted while sending SIG" + name, interrupted);
    }
  }
}
