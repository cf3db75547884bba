package io.mooring.server.connection;

import java.util.Optional;

/**
 * Which connections are asked for; what is absent does not narrow.
 *
 * @param limit how many are told of; the rest is only counted
 */
public record Selection(
    Optional<String> conn, Optional<String> user, Optional<String> envoy, int limit) {

  boolean includes(Connection connection) {
    return includes(connection.id(), connection.user(), connection.envoy());
  }

  boolean includes(ConnectionView view) {
    return includes(view.conn(), view.user(), view.envoy());
  }

  private boolean includes(String itsConn, String itsUser, String itsEnvoy) {
    return conn.filter(asked -> !asked.equals(itsConn)).isEmpty()
        && user.filter(asked -> !asked.equals(itsUser)).isEmpty()
        && envoy.filter(asked -> !asked.equals(itsEnvoy)).isEmpty();
  }
}
