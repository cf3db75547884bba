package io.mooring.client;

import java.net.URI;

/**
 * What the last hello said.
 *
 * @param conn the connection's id, which it keeps when it comes back
 * @param server the id of the server that holds the socket
 * @param url where the client comes back to
 */
public record Connection(String conn, String server, URI url) {}
