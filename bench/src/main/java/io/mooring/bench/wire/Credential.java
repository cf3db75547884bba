package io.mooring.bench.wire;

/**
 * By what one client shows who it is.
 *
 * @param header a header of the handshake, without the end of its line; empty if none
 * @param token a token that goes in the first message; empty if none
 */
public record Credential(String header, String token) {}
