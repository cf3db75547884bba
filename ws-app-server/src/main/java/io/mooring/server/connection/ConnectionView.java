package io.mooring.server.connection;

import java.util.Optional;

/**
 * What an operator is told of a connection, as it was at one moment.
 *
 * @param conn its id
 * @param user the subject of its token
 * @param tenant whose user it is
 * @param role what its token allows
 * @param envoy the Envoy that it came through; empty if that did not say
 * @param ageMillis since its handshake
 * @param channels how many it is subscribed to
 * @param queuedBytes what waits to be written to its socket
 * @param exp when its token expires, in seconds since 1970
 */
public record ConnectionView(
    String conn,
    String user,
    Optional<String> tenant,
    String role,
    String envoy,
    long ageMillis,
    int channels,
    long queuedBytes,
    long exp) {}
