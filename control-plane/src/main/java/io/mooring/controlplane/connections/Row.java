package io.mooring.controlplane.connections;

import java.util.Optional;

/**
 * A connection, as the server that holds or held it tells of it.
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
 * @param ending how it ended; empty if it is live
 */
public record Row(
    String server,
    String conn,
    String user,
    Optional<String> tenant,
    String role,
    String envoy,
    long ageMillis,
    long channels,
    long queuedBytes,
    long exp,
    Optional<Ending> ending) {

  /**
   * @param code the close code; 1005 if the client gave none, 1006 if there was no close frame
   * @param reason the text of the close frame, or who ended the socket
   */
  public record Ending(long code, String reason, long millisAgo) {}
}
