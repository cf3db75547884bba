package io.mooring.registry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process remembers of the registry. It shrinks only by what the same history says: a
 * registry that came back empty, older, or as another one adds to it, and what it does not know is
 * kept until it was restored or removed. Belongs to the follower's thread.
 */
final class Memory {
  private static final Logger log = LoggerFactory.getLogger(Memory.class);

  private static final int DEPARTED_KEPT = 1_000;

  private Position position = Position.NONE;
  private SortedMap<String, Server> servers = new TreeMap<>();
  private final Set<String> kept = new TreeSet<>();

  /** How servers left, by their ids; the oldest are forgotten. */
  private final SequencedMap<String, Departure> departed = new LinkedHashMap<>();

  private long revision;
  private long histories;

  Position position() {
    return position;
  }

  /** Ids of servers of which the registry does not know any more what is remembered. */
  Set<String> kept() {
    return Set.copyOf(kept);
  }

  History history() {
    return new History(histories, position.tag());
  }

  RegistryView view() {
    return new RegistryView(position.incarnation(), revision, servers, departed);
  }

  /** Takes over a whole read. */
  void adopt(Whole whole) {
    boolean sameHistory = continues(whole);
    histories += sameHistory ? 0 : 1;
    Set<String> held = held(whole, sameHistory);
    SortedMap<String, Server> next = new TreeMap<>();
    whole.hashes().forEach((id, hash) -> read(id, hash).ifPresent(server -> next.put(id, server)));
    kept.clear();
    for (String id : held) {
      Server before = servers.get(id);
      Server now = next.get(id);
      if (before != null && (now == null || now.olderThan(before))) {
        next.put(id, before);
        kept.add(id);
      }
    }
    servers.values().stream()
        .filter(server -> !next.containsKey(server.id()))
        .forEach(server -> depart(server, Departure.Cause.UNSEEN));
    servers = next;
    stand(whole.position());
    if (!sameHistory && !kept.isEmpty()) {
      log.warn(
          "event=registry_rolled_back incarnation={} revision={} kept={} (these servers stay in memory)",
          position.incarnation(),
          position.revision(),
          kept);
    }
  }

  /**
   * What this read cannot make missing. Nothing, when the registry was restored above all that was
   * ever read here: then everybody had a lease's time to write back what they remember, and whoever
   * is missing has left meanwhile. Those who restore go on above the highest revision that they
   * know, so a lower one tells of an earlier restoration.
   */
  private Set<String> held(Whole whole, boolean sameHistory) {
    boolean restoredSince =
        whole.restored() > revision && whole.restored() <= whole.position().revision();
    if (restoredSince) {
      return Set.of();
    }
    return sameHistory ? Set.copyOf(kept) : Set.copyOf(servers.keySet());
  }

  /**
   * Takes over the next revision.
   *
   * @return false if the whole must be read: because this is not the next revision of the same
   *     history, or because that history was restored and says everything again
   */
  boolean apply(Revision next) {
    if (!next.follows(position)) {
      return false;
    }
    stand(next.position());
    if (next.restored()) {
      kept.clear();
      return false;
    }
    String id = next.fields().getOrDefault("id", "");
    if (ServerState.GONE.name().equals(next.fields().get("state"))) {
      remove(id, next.fields());
    } else {
      read(id, next.fields()).ifPresent(server -> put(id, server));
    }
    return true;
  }

  /** That an older instance has left says nothing of a newer one, which memory keeps. */
  private void remove(String id, Map<String, String> hash) {
    Server before = servers.get(id);
    if (before != null && kept.contains(id) && ServerHash.generation(hash) < before.generation()) {
      return;
    }
    Server gone = servers.remove(id);
    if (gone != null) {
      depart(gone, ServerHash.cause(hash));
    }
    kept.remove(id);
  }

  private void depart(Server server, Departure.Cause cause) {
    departed.putLast(server.id(), new Departure(server.generation(), cause));
    if (departed.size() > DEPARTED_KEPT) {
      departed.pollFirstEntry();
    }
  }

  /** A server that registers at a registry that forgot it does not undo what memory keeps of it. */
  private void put(String id, Server server) {
    Server before = servers.get(id);
    if (before != null && kept.contains(id) && server.olderThan(before)) {
      return;
    }
    servers.put(id, server);
    kept.remove(id);
  }

  private boolean continues(Whole whole) {
    Position there = whole.position();
    if (there.incarnation().isEmpty() || !there.incarnation().equals(position.incarnation())) {
      return false;
    }
    if (there.revision() <= position.revision()) {
      return there.equals(position);
    }
    return whole.past().isEmpty() ? trimmedBeyond(whole) : whole.past().equals(position.tag());
  }

  /**
   * Trimming takes the oldest revisions first. Where older ones stand and the reader's own does
   * not, it was lost in a rollback, and the registry went on above it. An empty stream proves
   * nothing, nor does one that begins above revisions that were lost: somebody may have deleted it.
   */
  private boolean trimmedBeyond(Whole whole) {
    return whole.oldest() > position.revision() && whole.raised() <= position.revision();
  }

  private void stand(Position there) {
    position = there;
    revision = Math.max(revision, there.revision());
  }

  /** A hash that cannot be read changes nothing: the server stays as it is known, if it is. */
  private Optional<Server> read(String id, Map<String, String> hash) {
    try {
      return Optional.of(ServerHash.parse(id, hash));
    } catch (IllegalArgumentException unreadable) {
      log.warn("event=server_unreadable server={} reason=\"{}\"", id, unreadable.getMessage());
      return Optional.ofNullable(servers.get(id));
    }
  }
}
