package io.mooring.bench.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.bench.contender.ContenderException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** A fresh JVM with WebSockets of one kind; ends with this process. For one thread. */
public final class GuestProcess implements AutoCloseable {
  private final List<String> command;
  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  /**
   * Starts it, without a WebSocket as yet, with the options under which {@code mooring demo
   * clients} has thousands of clients, but for a heap that gives back what it does not need.
   *
   * @param root the folder that holds the launcher
   * @param ca the file of the CA whose certificates it trusts
   */
  public GuestProcess(Path root, Kind kind, URI url, Path ca) {
    command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + root.resolve("deploy/jvm/common"),
            "@" + root.resolve("deploy/jvm/demo"),
            "-Xms80m",
            "-XX:MinHeapFreeRatio=5",
            "-XX:MaxHeapFreeRatio=10",
            "-cp",
            System.getProperty("java.class.path"),
            Guests.class.getName(),
            kind.name(),
            url.toString(),
            ca.toString());
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException failed) {
      throw new ContenderException("cannot run " + command, failed);
    }
    orders = process.outputWriter(UTF_8);
    answers = process.inputReader(UTF_8);
  }

  public String command() {
    return String.join(" ", command);
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Opens one more; as many at a time as the client for Java would.
   *
   * @param header of the handshake, {@code name: value}
   */
  public void open(String channel, String header) {
    say("open " + channel + " " + header.replaceFirst(":", ""));
  }

  /** How many have been opened, once all of them are subscribed. */
  public long ready() {
    return ask("ready");
  }

  /** How many messages have come to all of them together. */
  public long heard() {
    return ask("heard");
  }

  /** Collects all garbage; the bytes in use of the heap afterwards. */
  public long collectGarbage() {
    return ask("collect");
  }

  /** Ends all of them without a word. */
  public void leave() {
    ask("leave");
  }

  private void say(String order) {
    try {
      orders.write(order);
      orders.newLine();
    } catch (IOException ended) {
      throw new ContenderException("the process of the clients has ended", ended);
    }
  }

  private long ask(String order) {
    say(order);
    try {
      orders.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new ContenderException("the process of the clients ended when told to " + order);
      }
      return Long.parseLong(answer);
    } catch (IOException ended) {
      throw new ContenderException("the process of the clients has ended", ended);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
