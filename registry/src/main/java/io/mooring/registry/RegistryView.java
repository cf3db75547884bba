package io.mooring.registry;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The whole registry at one revision; immutable, shared freely between threads.
 *
 * @param incarnation the life of the registry; another one after Redis came back empty
 * @param revision +1 with each change of a server's state or description
 * @param byId every server that is not GONE, by its id
 */
public record RegistryView(String incarnation, long revision, SortedMap<String, Server> byId) {
  /** What a process knows before it has read anything. */
  public static final RegistryView EMPTY = new RegistryView("", 0, new TreeMap<>());

  public RegistryView {
    byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
  }

  /** The servers in the order of their ids. */
  public Collection<Server> servers() {
    return byId.values();
  }

  public Optional<Server> server(String id) {
    return Optional.ofNullable(byId.get(id));
  }
}
