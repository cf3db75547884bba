package io.mooring.server.registration;

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
    List<String> capabilities) {}
