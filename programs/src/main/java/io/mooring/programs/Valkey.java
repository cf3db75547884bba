package io.mooring.programs;

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

/** A running Valkey with an append-only file, for tests and fixtures; {@link #close} kills it. */
public final class Valkey implements AutoCloseable {
  private static final int TRIES = 5;

  private final Child child;
  private final int port;

  private Valkey(Child child, int port) {
    this.child = child;
    this.port = port;
  }

  /** The same as {@link #start(Path, int, String...)} on a free port. */
  public static Valkey start(Path folder) {
    return start(folder, 0);
  }

  /**
   * Starts it and returns once it answers commands. Data that the folder already holds is loaded.
   *
   * @param folder for its data and its log
   * @param port on 127.0.0.1; 0: any free one
   * @param options more of its command line, for example {@code --appendfsync always}
   * @throws ProgramException with the end of its log if it does not start
   */
  public static Valkey start(Path folder, int port, String... options) {
    Path program = ValkeyProgram.find(Progress.SILENT);
    for (int attempt = 1; ; attempt++) {
      try {
        return startOnce(program, folder, port == 0 ? freePort() : port, options);
      } catch (ProgramException portTakenMeanwhile) {
        if (port != 0 || attempt == TRIES) {
          throw portTakenMeanwhile;
        }
      }
    }
  }

  private static Valkey startOnce(Path program, Path folder, int port, String... options) {
    try {
      Files.createDirectories(folder);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    List<String> command = new ArrayList<>(ValkeyProgram.command(program, folder, port));
    command.addAll(List.of(options));
    Child child = Child.start("valkey", command, folder);
    try {
      child.await("it answered commands", Duration.ofSeconds(20), () -> answers(port, child.pid()));
    } catch (ProgramException notStarted) {
      child.close();
      throw notStarted;
    }
    return new Valkey(child, port);
  }

  private static int freePort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Whether our process answers there, and not another that holds the port. While it loads its data
   * it refuses nearly everything else.
   */
  private static boolean answers(int port, long pid) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      socket.setSoTimeout(1_000);
      socket
          .getOutputStream()
          .write("INFO server persistence\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.contains("process_id:" + pid + "\r\n") && answer.contains("loading:0\r\n");
    } catch (IOException notYet) {
      return false;
    }
  }

  public int port() {
    return port;
  }

  /** {@code redis://127.0.0.1:port}. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  public long pid() {
    return child.pid();
  }

  public Path log() {
    return child.log();
  }

  /** SIGSTOP. */
  public void freeze() {
    child.signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    child.signal("CONT");
  }

  @Override
  public void close() {
    child.close();
  }
}
