package io.mooring.controlplane.connections;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Which connections are asked for; what is absent does not narrow.
 *
 * @param server the only one to ask
 * @param closed whether the ended ones are asked for, not the live ones
 * @param limit how many are told of; the rest is only counted
 */
public record Question(
    Optional<String> server,
    Optional<String> user,
    Optional<String> conn,
    Optional<String> envoy,
    boolean closed,
    int limit) {
  /** The greatest {@link #limit} that a server takes. */
  public static final int MOST = 1_000;

  /** The live connections of one user. */
  public static Question ofUser(String user, int limit) {
    return new Question(
        Optional.empty(), Optional.of(user), Optional.empty(), Optional.empty(), false, limit);
  }

  /** The live connection of an id; two while it moves. */
  public static Question ofConn(String conn) {
    return new Question(
        Optional.empty(), Optional.empty(), Optional.of(conn), Optional.empty(), false, MOST);
  }

  Question atMost(int rows) {
    return new Question(server, user, conn, envoy, closed, rows);
  }

  /** As each server reads it. */
  String query() {
    StringBuilder query =
        new StringBuilder("limit=").append(limit).append("&closed=").append(closed);
    append(query, "user", user);
    append(query, "conn", conn);
    append(query, "envoy", envoy);
    return query.toString();
  }

  private static void append(StringBuilder query, String name, Optional<String> value) {
    value.ifPresent(
        text ->
            query
                .append('&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(text, StandardCharsets.UTF_8)));
  }
}
