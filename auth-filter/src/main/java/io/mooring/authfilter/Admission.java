package io.mooring.authfilter;

/**
 * A handshake that goes through, and what it takes along.
 *
 * @param connId the client's own if it proved to be, else a fresh one
 * @param identity the signed header for the servers of the chosen service
 * @param hosts where Envoy is to send it, {@code ip:port,ip:port}
 * @param subprotocols what is left of the client's offer
 * @param query whether the path has a query
 */
record Admission(
    String connId, String identity, String hosts, Subprotocols subprotocols, boolean query) {}
