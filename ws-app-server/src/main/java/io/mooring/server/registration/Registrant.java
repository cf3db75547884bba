package io.mooring.server.registration;

import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import java.util.List;

/**
 * What a server says of itself when it registers.
 *
 * @param serverId its name in the fleet
 * @param instanceUid new for every start of the program
 * @param address literal {@code ip:port} of the WebSocket port
 * @param apiAddress literal {@code ip:port} of the HTTP port
 * @param weight capacity in eighths
 * @param release deploy label; may be empty
 */
public record Registrant(
    String serverId,
    String instanceUid,
    String service,
    String address,
    String apiAddress,
    int weight,
    String release,
    List<String> capabilities) {

  /**
   * @param generation held before; 0 if none
   */
  RegisterRequest register(long generation) {
    return RegisterRequest.newBuilder()
        .setServerId(serverId)
        .setInstanceUid(instanceUid)
        .setService(service)
        .setAddress(address)
        .setApiAddress(apiAddress)
        .setWeight(weight)
        .setRelease(release)
        .addAllCapabilities(capabilities)
        .setGeneration(generation)
        .build();
  }

  /** What proves, from now on, that it was registered. */
  Claim claim(RegisterResponse response) {
    return Claim.newBuilder()
        .setServerId(serverId)
        .setInstanceUid(instanceUid)
        .setIncarnation(response.getIncarnation())
        .setGeneration(response.getGeneration())
        .build();
  }
}
