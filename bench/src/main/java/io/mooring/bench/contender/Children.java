package io.mooring.bench.contender;

import io.mooring.cli.child.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Processes of one contender, which die with this one. */
final class Children implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Spawner spawner = new Spawner();
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> commands = new ArrayList<>();

  Children(Path folder) {
    try {
      this.folder = Files.createDirectories(folder);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot create " + folder, refused);
    }
  }

  /**
   * Starts one, and returns when it is ready.
   *
   * @param name of its log in the folder
   * @throws ContenderException with the end of its log, if it ends first or takes too long
   */
  Process start(String name, List<String> command, BooleanSupplier ready) {
    Path log = folder.resolve(name + ".log");
    Process process = spawner.start(command, Map.of(), log);
    processes.add(process);
    commands.add(String.join(" ", command));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!ready.getAsBoolean()) {
      if (ended(process)) {
        throw new ContenderException(
            "%s ended with %d; %s".formatted(name, process.exitValue(), tail(log)));
      }
      if (System.nanoTime() > deadline) {
        throw new ContenderException(
            "%s is not ready after %d s; %s".formatted(name, PATIENCE.toSeconds(), tail(log)));
      }
    }
    return process;
  }

  private static boolean ended(Process process) {
    try {
      return process.waitFor(10, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ContenderException("interrupted while a contender starts", interrupted);
    }
  }

  private static String tail(Path log) {
    try {
      String text = Files.readString(log, StandardCharsets.UTF_8);
      return "the end of %s:%n%s"
          .formatted(log, text.substring(Math.max(0, text.length() - 2_000)));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  Path folder() {
    return folder;
  }

  List<Long> pids() {
    return processes.stream().map(Process::pid).toList();
  }

  List<String> commands() {
    return List.copyOf(commands);
  }

  /** Sends a signal, for example {@code USR1}, to each. */
  void signal(String signal) {
    for (long pid : pids()) {
      Command.run(List.of("kill", "-" + signal, Long.toString(pid)), Map.of(), PATIENCE);
    }
  }

  static int freePort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException("no free port", failed);
    }
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress("127.0.0.1", port);
  }

  static boolean listens(int port) {
    try (Socket probe = new Socket()) {
      probe.connect(loopback(port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Kills them and waits for their ends. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
    spawner.close();
  }
}
