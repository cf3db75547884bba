package io.mooring.server.protocol;

/**
 * The first message of a socket.
 *
 * @param conn the connection's id
 * @param server the server's id
 * @param generation the server's generation in the registry
 * @param url where the client comes back to: absolute, with server and connection
 */
public record Hello(String conn, String server, long generation, String url) {}
