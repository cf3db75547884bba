package io.mooring.server.fleet;

import io.mooring.registry.v1.Departed;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Peer;
import io.mooring.registry.v1.State;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which servers live, of all services, and which have gone, as far as this process was told;
 * immutable. What is not known of is neither alive nor dead: nobody has spoken of it yet.
 *
 * @param incarnation the registry's life of which the last word was
 * @param revision the highest one of that life
 * @param servers those that live, by their ids
 * @param departed those of which a generation has gone, by their ids, the last one at the end; a
 *     server that came back is in both. The oldest are forgotten
 */
public record FleetView(
    String incarnation,
    long revision,
    SortedMap<String, Standing> servers,
    SequencedMap<String, Departure> departed) {
  /** What a process knows before it was told anything. */
  public static final FleetView EMPTY =
      new FleetView("", 0, new TreeMap<>(), new LinkedHashMap<>());

  private static final int DEPARTED_KEPT = 1_000;

  public FleetView {
    servers = Collections.unmodifiableSortedMap(new TreeMap<>(servers));
    departed = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(departed));
  }

  /**
   * Whether this generation has ended: a higher one holds the id, or the server has gone. It may
   * come back with the same generation, when only its lease had ended.
   */
  public boolean isDead(String serverId, long generation) {
    Standing standing = servers.get(serverId);
    if (standing != null) {
      return generation < standing.generation();
    }
    Departure departure = departed.get(serverId);
    return departure != null && generation <= departure.generation();
  }

  /** The highest generation of the server that is dead; 0 if none is. */
  long deadUpTo(String serverId) {
    Standing standing = servers.get(serverId);
    if (standing != null) {
      return standing.generation() - 1;
    }
    Departure departure = departed.get(serverId);
    return departure == null ? 0 : departure.generation();
  }

  /**
   * Whether this generation is dead and had said that it would go, so that its clients were told
   * where to go.
   */
  public boolean leftInOrder(String serverId, long generation) {
    Departure departure = departed.get(serverId);
    return departure != null
        && departure.generation() == generation
        && departure.end() == Departure.End.IN_ORDER
        && isDead(serverId, generation);
  }

  /**
   * The last generation of the server that has ended only because a later one has its id, so that
   * it may have ended a moment ago.
   */
  OptionalLong replaced(String serverId) {
    Standing standing = servers.get(serverId);
    if (standing == null || standing.generation() == 1) {
      return OptionalLong.empty();
    }
    Departure departure = departed.get(serverId);
    if (departure == null) {
      return OptionalLong.of(standing.generation() - 1);
    }
    return departure.end() == Departure.End.REPLACED
        ? OptionalLong.of(departure.generation())
        : OptionalLong.empty();
  }

  /** Whether anything is known of this generation: that it lives, or that it is dead. */
  public boolean knows(String serverId, long generation) {
    Standing standing = servers.get(serverId);
    return (standing != null && standing.generation() == generation)
        || isDead(serverId, generation);
  }

  /** The view after a control plane has said this. */
  FleetView after(Fleet told) {
    return new Change(this, told).result();
  }

  /** One word of a control plane, taken in. */
  private static final class Change {
    private final FleetView before;
    private final Fleet told;

    /** The control plane has read less than another one that spoke before. */
    private final boolean behind;

    /**
     * It speaks of all that was said before, and of what came after. In another life nobody can say
     * which came first: it may be one that the registry has just begun, or one that is over.
     */
    private final boolean continues;

    private final SortedMap<String, Standing> servers;
    private final SequencedMap<String, Departure> departed;

    Change(FleetView before, Fleet told) {
      this.before = before;
      this.told = told;
      boolean sameLife = told.getIncarnation().equals(before.incarnation);
      this.behind = sameLife && told.getRevision() < before.revision;
      this.continues = before.incarnation.isEmpty() || (sameLife && !behind);
      this.servers = new TreeMap<>(before.servers);
      this.departed = new LinkedHashMap<>(before.departed);
    }

    FleetView result() {
      Map<String, Standing> spokenOf = new TreeMap<>();
      for (Peer peer : told.getServersList()) {
        spokenOf.put(peer.getServerId(), standing(peer));
      }
      if (continues) {
        told.getDepartedList().forEach(this::left);
      }
      spokenOf.forEach(this::stands);
      if (continues && told.getComplete()) {
        before.servers.keySet().stream()
            .filter(id -> !spokenOf.containsKey(id))
            .forEach(id -> departs(id, Departure.End.LOST));
      }
      while (departed.size() > DEPARTED_KEPT) {
        departed.pollFirstEntry();
      }
      long revision = behind ? before.revision : told.getRevision();
      return new FleetView(told.getIncarnation(), revision, servers, departed);
    }

    private static Standing standing(Peer peer) {
      return new Standing(
          peer.getGeneration(), peer.getState() == State.STATE_DRAINING, peer.getSuspect());
    }

    private void left(Departed left) {
      String id = left.getServerId();
      Standing standing = servers.get(id);
      if (standing != null && standing.generation() <= left.getGeneration()) {
        servers.remove(id);
      }
      Departure known = departed.get(id);
      Departure now =
          new Departure(
              left.getGeneration(), left.getLost() ? Departure.End.LOST : Departure.End.IN_ORDER);
      if (known == null || (known.generation() <= now.generation() && !known.equals(now))) {
        departed.putLast(id, now);
      }
    }

    private void stands(String id, Standing now) {
      long known = newest(id);
      if (behind && now.generation() <= known) {
        return;
      }
      if (now.generation() > known) {
        departs(id, Departure.End.REPLACED);
      } else if (now.generation() < known) {
        // A registry that nobody could restore begins to count anew.
        departed.remove(id);
      }
      servers.put(id, now);
    }

    /** The generation that was told of last, of a server that lives or has gone; 0 for none. */
    private long newest(String id) {
      Standing standing = servers.get(id);
      if (standing != null) {
        return standing.generation();
      }
      Departure departure = departed.get(id);
      return departure == null ? 0 : departure.generation();
    }

    private void departs(String id, Departure.End end) {
      Standing last = servers.remove(id);
      if (last != null) {
        departed.putLast(id, last.departure(end));
      }
    }
  }
}
