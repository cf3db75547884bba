package io.mooring.e2e;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The ports of one tier: all that it may hold, each at its distance from one base. */
record Ports(int base) {
  /**
   * What the ports of a tier with up to four servers and two of everything else lie above its base.
   */
  private static final List<Integer> OFFSETS =
      List.of(
          70, 71, 100, 101, 110, 111, 120, 121, 130, 131, 200, 201, 202, 203, 300, 301, 302, 303,
          379, 1080, 1081, 1443, 1444, 2901, 2902);

  /** Whoever holds its lock may look for ports, until it has taken them. */
  private static final Path TURNS =
      Path.of(System.getProperty("java.io.tmpdir"), "mooring-e2e.turns");

  /** Takes the ports that it is given. */
  interface Taker<T> {
    T take(Ports ports) throws IOException;
  }

  /** Finds ports that are free, and lets nobody else look for any until they are taken. */
  static <T> T take(Taker<T> taker) throws IOException {
    // Of two that start at once, in two JVMs, each would find the ports of the other free.
    try (FileChannel turns = FileChannel.open(TURNS, CREATE, WRITE)) {
      FileLock turn = turns.lock();
      try {
        return taker.take(free());
      } finally {
        turn.release();
      }
    }
  }

  static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return probe.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  List<Integer> all() {
    return OFFSETS.stream().map(offset -> base + offset).toList();
  }

  private static Ports free() {
    for (int attempt = 0; attempt < 200; attempt++) {
      Ports ports = new Ports(12000 + 4 * ThreadLocalRandom.current().nextInt(3500));
      if (ports.all().stream().allMatch(Ports::isFree)) {
        return ports;
      }
    }
    throw new AssertionError("no free range of ports");
  }
}
