package io.mooring.bench.wire;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How one client comes in.
 *
 * @param credential made when it connects, as some hold for seconds only
 * @param channel to subscribe to; empty for a client that only publishes
 * @param from resumes the subscription from there
 * @param had the number of the last publication that the client knows; negative if it knows none
 * @param watches whether it is told who else subscribes to the channel
 */
public record Entrance(
    InetSocketAddress address,
    Dialect dialect,
    Supplier<Credential> credential,
    String channel,
    Optional<Position> from,
    long had,
    boolean watches) {}
