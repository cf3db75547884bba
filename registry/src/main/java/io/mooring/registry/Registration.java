package io.mooring.registry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an instance says of itself when it takes, or takes back, a server_id.
 *
 * @param claimed the generation that the instance held before; 0 for one that has just started
 * @param labels free text for operators; stored, and used for nothing
 */
public record Registration(
    String serverId,
    String instanceUid,
    long claimed,
    String service,
    Address address,
    Optional<Address> apiAddress,
    int weight,
    String release,
    Set<String> capabilities,
    Map<String, String> labels) {}
