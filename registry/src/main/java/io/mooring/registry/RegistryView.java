package io.mooring.registry;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The whole registry at one revision; immutable, shared freely between threads.
 *
 * @param incarnation the life of the registry; another one after Redis came back empty
 * @param revision +1 with each change of a server's state or description
 * @param byId every server that is not GONE, by its id
 * @param departed the servers that this process saw leave, by their id, the last one at the end;
 *     one that came back is in both
 */
public record RegistryView(
    String incarnation,
    long revision,
    SortedMap<String, Server> byId,
    SequencedMap<String, Departure> departed) {
  /** What a process knows before it has read anything. */
  public static final RegistryView EMPTY = new RegistryView("", 0, new TreeMap<>());

  public RegistryView {
    byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
    departed = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(departed));
  }

  /** A view that remembers nobody who left. */
  public RegistryView(String incarnation, long revision, SortedMap<String, Server> byId) {
    this(incarnation, revision, byId, new LinkedHashMap<>());
  }

  /** The servers in the order of their ids. */
  public Collection<Server> servers() {
    return byId.values();
  }

  /** The highest generation that is known of this id, also of a server that left; 0 for none. */
  public long generation(String id) {
    Server server = byId.get(id);
    Departure left = departed.get(id);
    return Math.max(server == null ? 0 : server.generation(), left == null ? 0 : left.generation());
  }

  /** How many servers are in this state; those that are GONE are not known. */
  public long count(ServerState state) {
    return byId.values().stream().filter(server -> server.state() == state).count();
  }

  public Optional<Server> server(String id) {
    return Optional.ofNullable(byId.get(id));
  }
}
