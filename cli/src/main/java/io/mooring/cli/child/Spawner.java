package io.mooring.cli.child;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Starts programs that the kernel kills when this process ends, however it ends.
 *
 * <p>The parent-death signal (prctl(2), PR_SET_PDEATHSIG) follows the <em>thread</em> that forked,
 * so every child is forked by one platform thread that lives until the JVM is gone: {@link #close}
 * belongs after the last child's end. Each child leads a session of its own, so that the terminal's
 * Ctrl-C reaches this process alone and the order of the stop is ours.
 */
public final class Spawner implements AutoCloseable {
  /** Ends a child whose parent died between the fork and the arming of the signal. */
  static final String ONLY_UNDER_PARENT = "[ \"$PPID\" = \"$0\" ] && exec \"$@\"";

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().name("spawner").daemon(true).unstarted(task));
  private final List<String> prefix = prefix();

  /** Whether children die with this process even on kill -9; else the next {@code up} ends them. */
  public static boolean bindsLives() {
    return onPath("setpriv");
  }

  /**
   * @param command the program, by path or by name on PATH, and its arguments
   * @param environment added to, or replacing parts of, this process's own environment, which is
   *     passed on without its {@code MOORING_} configuration
   * @param log takes the program's standard output and error; appended to
   * @throws ChildException when the program cannot be executed
   */
  public Process start(List<String> command, Map<String, String> environment, Path log) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("MOORING_") && !name.equals("MOORING_LOG_LEVEL"));
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Future<Process> started = thread.submit(builder::start);
    try {
      return started.get();
    } catch (ExecutionException failed) {
      throw new ChildException("cannot execute " + command.getFirst(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ChildException("interrupted while starting " + command.getFirst(), interrupted);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }

  private static List<String> prefix() {
    if (!bindsLives()) {
      return List.of();
    }
    return List.of(
        "setsid",
        "setpriv",
        "--pdeathsig",
        "KILL",
        "--",
        "/bin/sh",
        "-c",
        ONLY_UNDER_PARENT,
        Long.toString(ProcessHandle.current().pid()));
  }

  private static boolean onPath(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
