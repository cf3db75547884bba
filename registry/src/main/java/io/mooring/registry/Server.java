package io.mooring.registry;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One server of a service, as the registry holds it.
 *
 * @param id {@link Grammar#ID}
 * @param service {@link Grammar#SERVICE}
 * @param instanceUid the running instance that holds the id, {@link Grammar#ID}
 * @param generation +1 each time a new instance takes the id; at least 1
 * @param state where the server is in its life
 * @param suspect its lease lapsed, but it was not removed (yet): no new placements
 * @param address the WebSocket port
 * @param apiAddress the HTTP port that serves {@code /api/v1}, if it has one
 * @param weight capacity class in eighths, 1 to {@link #MAX_WEIGHT}; 8 is a whole server
 * @param release the deploy label, {@link Grammar#RELEASE}, compared for equality only
 * @param capabilities for example {@code verdict/1}; {@link Grammar#CAPABILITY}, in their order
 * @param labels free text for operators, in the order of the keys
 * @param drain of a server that is {@link ServerState#DRAINING}, and of no other
 * @param revision of the registry, when it last wrote this server; 0 when that is not known
 */
public record Server(
    String id,
    String service,
    String instanceUid,
    long generation,
    ServerState state,
    boolean suspect,
    Address address,
    Optional<Address> apiAddress,
    int weight,
    String release,
    Set<String> capabilities,
    Map<String, String> labels,
    Optional<Drain> drain,
    long revision) {
  /** The weight of a server that is eight times a whole one. */
  public static final int MAX_WEIGHT = 64;

  /**
   * @throws IllegalArgumentException naming the field, its value and what was expected
   */
  public Server {
    Grammar.ID.require("id", id);
    Grammar.SERVICE.require("service", service);
    Grammar.ID.require("instance_uid", instanceUid);
    Grammar.RELEASE.require("release", release);
    capabilities.forEach(capability -> Grammar.CAPABILITY.require("capability", capability));
    if (generation < 1) {
      throw new IllegalArgumentException("generation " + generation + " is not at least 1");
    }
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "weight " + weight + " is not between 1 and " + MAX_WEIGHT);
    }
    if (drain.isPresent() && state != ServerState.DRAINING) {
      throw new IllegalArgumentException("drain " + drain.get().id() + " of a server in " + state);
    }
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    capabilities = Collections.unmodifiableSortedSet(new TreeSet<>(capabilities));
  }

  /** A server without labels. */
  public Server(
      String id,
      String service,
      String instanceUid,
      long generation,
      ServerState state,
      boolean suspect,
      Address address,
      Optional<Address> apiAddress,
      int weight,
      String release,
      Set<String> capabilities) {
    this(
        id,
        service,
        instanceUid,
        generation,
        state,
        suspect,
        address,
        apiAddress,
        weight,
        release,
        capabilities,
        Map.of(),
        Optional.empty(),
        0);
  }

  /** Whether the registry wrote the other after this one: a newer instance, or a newer revision. */
  public boolean olderThan(Server other) {
    return generation < other.generation()
        || (generation == other.generation() && revision < other.revision());
  }

  /** The claim with which this instance holds its id, in one life of the registry. */
  public Claim claim(String incarnation) {
    return new Claim(id, incarnation, generation, instanceUid);
  }

  /** Whether new connections may be placed here. */
  public boolean placeable() {
    return state == ServerState.ACTIVE && !suspect;
  }
}
