package io.mooring.server.connection;

import io.mooring.server.frame.CloseCode;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this server by their ids: one id, one live socket. Safe for use by many
 * threads; no message passes here.
 */
public final class Connections {
  private final int most;
  private final ConcurrentMap<String, Connection> byId = new ConcurrentHashMap<>();
  private final Endings endings = new Endings();
  private final AtomicInteger places = new AtomicInteger();
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();
  private volatile @Nullable CloseCode ending;

  /**
   * @param most how many sockets may be open
   */
  public Connections(int most) {
    this.most = most;
  }

  /**
   * Takes a place for a handshake, before it is answered.
   *
   * @return false if all are taken
   */
  public boolean reserve() {
    if (places.incrementAndGet() <= most) {
      return true;
    }
    release();
    return false;
  }

  /** Gives a place back: the socket has ended, or the handshake was refused after all. */
  public void release() {
    if (places.decrementAndGet() == 0 && ending != null) {
      emptied.complete(null);
    }
  }

  /** How many sockets are open. */
  public int count() {
    return places.get();
  }

  /**
   * Closes every socket, those that are still on their way in included.
   *
   * @return completes when the last has ended
   */
  public CompletableFuture<Void> closeAll(CloseCode why) {
    ending = why;
    byId.values().forEach(connection -> connection.close(why));
    if (places.get() == 0) {
      emptied.complete(null);
    }
    return emptied;
  }

  /**
   * Enters a connection whose {@code hello} is out. Of two with the same id, the one whose
   * handshake was signed earlier is closed with 4504, whichever came first.
   */
  void enter(Connection connection) {
    Connection before = byId.putIfAbsent(connection.id(), connection);
    while (before != null) {
      if (connection.signedAt() < before.signedAt()) {
        connection.close(CloseCode.REPLACED);
        return;
      }
      if (byId.replace(connection.id(), before, connection)) {
        before.close(CloseCode.REPLACED);
        break;
      }
      before = byId.putIfAbsent(connection.id(), connection);
    }
    CloseCode why = ending;
    if (why != null) {
      connection.close(why);
    }
  }

  void leave(Connection connection, Ended ended) {
    byId.remove(connection.id(), connection);
    endings.add(ended);
  }

  /** Those that have entered and not left, in no order. */
  Collection<Connection> all() {
    return byId.values();
  }

  Endings endings() {
    return endings;
  }
}
