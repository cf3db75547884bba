package io.mooring.cli.port;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Loopback ports. */
public final class Ports {
  private static final String LISTENING = "0A";
  private static final Path PROC = Path.of("/proc");

  private Ports() {}

  /**
   * Who listens.
   *
   * @param command the command line, shortened
   */
  public record Holder(long pid, String command) {
    @Override
    public String toString() {
      return "process %d (%s)".formatted(pid, command);
    }
  }

  /** Whether a server could listen on 127.0.0.1 there now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  /**
   * The process that listens on the port, from {@code /proc}; empty on systems without it, or when
   * the process belongs to somebody else.
   */
  public static Optional<Holder> holder(int port) {
    Set<String> sockets = listeners(port);
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    return ProcessHandle.allProcesses()
        .filter(process -> holdsOne(process.pid(), sockets))
        .findFirst()
        .map(process -> new Holder(process.pid(), command(process)));
  }

  /**
   * Whether somebody listens there; a port that is not free may also be the near end of a
   * connection, open or just ended. True where there is no {@code /proc} to tell.
   */
  public static boolean isListened(int port) {
    return !Files.exists(PROC.resolve("net/tcp")) || !listeners(port).isEmpty();
  }

  private static Set<String> listeners(int port) {
    Set<String> sockets = new HashSet<>();
    sockets.addAll(listening(PROC.resolve("net/tcp"), port));
    sockets.addAll(listening(PROC.resolve("net/tcp6"), port));
    return sockets;
  }

  /** Inode names as {@code /proc/PID/fd} shows them. */
  private static List<String> listening(Path table, int port) {
    String suffix = ":%04X".formatted(port);
    List<String> sockets = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(table)) {
        String[] fields = line.strip().split("\\s+");
        if (fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals(LISTENING)) {
          sockets.add("socket:[" + fields[9] + "]");
        }
      }
    } catch (IOException noSuchTable) {
      return List.of();
    }
    return sockets;
  }

  private static boolean holdsOne(long pid, Set<String> sockets) {
    try (DirectoryStream<Path> open =
        Files.newDirectoryStream(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
      for (Path descriptor : open) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException goneOrForeign) {
      return false;
    }
    return false;
  }

  private static String command(ProcessHandle process) {
    String command =
        process.info().commandLine().or(() -> process.info().command()).orElse("unknown command");
    return command.length() <= 60 ? command : command.substring(0, 59) + "…";
  }
}
