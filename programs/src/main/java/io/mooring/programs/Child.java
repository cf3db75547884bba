package io.mooring.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A started program with its log file; dies with this JVM. */
final class Child implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Path log;
  private final Thread atExit;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.atExit = new Thread(process::destroyForcibly, "kill " + name);
  }

  /**
   * Starts it in the folder, which is made if needed; its output goes to {@code name.log} there.
   */
  static Child start(String name, List<String> command, Path folder) {
    Path log = folder.resolve(name + ".log");
    try {
      Files.createDirectories(folder);
      Child child =
          new Child(
              name,
              new ProcessBuilder(command)
                  .directory(folder.toFile())
                  .redirectErrorStream(true)
                  .redirectOutput(log.toFile())
                  .start(),
              log);
      Runtime.getRuntime().addShutdownHook(child.atExit);
      return child;
    } catch (IOException failed) {
      throw new ProgramException(
          name + " cannot be started (" + command.getFirst() + "): " + failed.getMessage(), failed);
    }
  }

  /**
   * Returns when the condition holds.
   *
   * @throws ProgramException if the program ends first or the time is over; with the end of its log
   */
  void await(String condition, Duration limit, BooleanSupplier holds) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (!holds.getAsBoolean()) {
        if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
          throw new ProgramException(
              name + " ended with " + process.exitValue() + " before " + condition + ". " + tail());
        }
        if (System.nanoTime() > deadline) {
          throw new ProgramException(
              name + ": not " + condition + " within " + limit.toSeconds() + " s. " + tail());
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ProgramException(name + ": interrupted while waiting until " + condition);
    }
  }

  private String tail() {
    try {
      String text = Files.readString(log, StandardCharsets.UTF_8);
      return "The end of " + log + ":\n" + text.substring(Math.max(0, text.length() - 4_000));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  long pid() {
    return process.pid();
  }

  Path log() {
    return log;
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Sends a signal by its name without SIG, for example {@code STOP}. */
  void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ProgramException(name + ": interrupted while sending " + signal);
    }
  }

  /** Kills it and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      return;
    }
  }
}
