package io.mooring.server.connection;

import io.mooring.server.frame.CloseCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this server by their ids: one id, one live socket. Safe for use by many
 * threads; no message passes here.
 */
public final class Connections {
  /** Follows nothing. */
  public static final Consumer<Connection> NOBODY = connection -> {};

  private final int most;
  private final ConcurrentMap<String, Connection> byId = new ConcurrentHashMap<>();
  private final Endings endings = new Endings();

  /** Those whose id a newer one has, but whose clients have not moved over yet. */
  private final Set<Connection> lingering = ConcurrentHashMap.newKeySet();

  private final AtomicInteger places = new AtomicInteger();
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();
  private volatile @Nullable CloseCode ending;
  private volatile Consumer<Connection> follower = NOBODY;

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
    // In one step: a place taken only to see that there is none would turn away who comes
    // meanwhile.
    return places.getAndUpdate(taken -> taken < most ? taken + 1 : taken) < most;
  }

  /** Gives a place back: the socket has ended, or the handshake was refused after all. */
  public void release() {
    places.decrementAndGet();
    // Counted after the end has begun: who came in before that is still to be closed.
    if (ending != null && places.get() == 0) {
      emptied.complete(null);
    }
  }

  /** How many sockets are open. */
  public int count() {
    return places.get();
  }

  /**
   * Hands over each connection that enters from now on, on its loop; in place of the one before.
   */
  public void follow(Consumer<Connection> entered) {
    follower = entered;
  }

  /** Those that have entered and not left, in no order; it may follow what happens to them. */
  public Collection<Connection> all() {
    if (lingering.isEmpty()) {
      return byId.values();
    }
    List<Connection> both = new ArrayList<>(byId.values());
    both.addAll(lingering);
    return both;
  }

  /** Whether it has entered and not left. */
  public boolean holds(Connection connection) {
    return byId.get(connection.id()) == connection || lingering.contains(connection);
  }

  /**
   * Closes every socket, those that are still on their way in included.
   *
   * @return completes when the last has ended
   */
  public CompletableFuture<Void> closeAll(CloseCode why) {
    ending = why;
    all().forEach(connection -> connection.close(why));
    if (places.get() == 0) {
      emptied.complete(null);
    }
    return emptied;
  }

  /**
   * Enters a connection whose {@code hello} is out. Of two with the same id, the one whose
   * handshake was signed earlier is closed with 4504, whichever came first; if its client was told
   * to reconnect, it lives on for a while.
   */
  void enter(Connection connection) {
    Connection before = byId.putIfAbsent(connection.id(), connection);
    while (before != null) {
      if (connection.signedAt() < before.signedAt()) {
        connection.close(CloseCode.REPLACED);
        return;
      }
      if (byId.replace(connection.id(), before, connection)) {
        before.displace();
        break;
      }
      before = byId.putIfAbsent(connection.id(), connection);
    }
    announce(connection);
  }

  /** Keeps a connection beside the newer one that has its id. */
  void linger(Connection connection) {
    lingering.add(connection);
    announce(connection);
  }

  /** Whoever looks through all of them has not seen this one if it says so only now. */
  private void announce(Connection connection) {
    follower.accept(connection);
    CloseCode why = ending;
    if (why != null) {
      connection.close(why);
    }
  }

  void leave(Connection connection, Ended ended) {
    byId.remove(connection.id(), connection);
    lingering.remove(connection);
    endings.add(ended);
  }

  Endings endings() {
    return endings;
  }
}
