package io.mooring.server.presence;

/**
 * Who is in a room.
 *
 * @param user with a tenant {@code tenant/user}
 * @param server one that holds the user there: that which did so last
 * @param info a JSON object that the user's token carries; empty if it carries none
 */
public record Member(String user, String server, String info) {}
