package io.mooring.server.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a process that stands still has not read of the connections to its port. */
final class Unread {
  private static final Path SOCKETS = Path.of("/proc/net/tcp");
  private static final String ESTABLISHED = "01";

  private final String local;

  /** By the other end of a connection: its bytes when there were any for the first time. */
  private final Map<String, Long> first = new HashMap<>();

  /** The other ends of those on which there was twice as much later; they may be cut by now. */
  private final Set<String> doubled = new HashSet<>();

  Unread(int port) {
    local = ":%04X".formatted(port);
  }

  /** On how many connections there has been at least twice as much as was there first. */
  int doubled() throws IOException {
    List<String> sockets = Files.readAllLines(SOCKETS);
    for (String socket : sockets.subList(1, sockets.size())) {
      // Number, local address, remote address, state, and the queues to send and to read.
      String[] columns = socket.strip().split("\\s+", 6);
      if (columns[1].endsWith(local) && columns[3].equals(ESTABLISHED)) {
        String queues = columns[4];
        long bytes = Long.parseLong(queues.substring(queues.indexOf(':') + 1), 16);
        if (bytes > 0 && bytes >= 2 * first.computeIfAbsent(columns[2], none -> bytes)) {
          doubled.add(columns[2]);
        }
      }
    }
    return doubled.size();
  }
}
