package io.mooring.registry;

import java.util.Optional;
import java.util.Set;

/**
 * One server of a service, as the registry holds it.
 *
 * @param id {@code [A-Za-z0-9_-]{1,64}}
 * @param service {@code [a-z0-9-]{1,63}}
 * @param instanceUid the running instance that holds the id
 * @param generation +1 each time a new instance takes the id
 * @param state where the server is in its life
 * @param suspect its lease lapsed, but it was not removed (yet): no new placements
 * @param address the WebSocket port
 * @param apiAddress the HTTP port that serves {@code /api/v1}, if it has one
 * @param weight capacity class in eighths; 8 is a whole server
 * @param release the deploy label, compared for equality only
 * @param capabilities for example {@code verdict/1}
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
    Set<String> capabilities) {

  /** Whether new connections may be placed here. */
  public boolean placeable() {
    return state == ServerState.ACTIVE && !suspect;
  }
}
