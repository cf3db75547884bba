package io.mooring.server.connection;

import io.mooring.server.channel.Subscription;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.presence.Departure;

/** Says where a connection's user is. Runs on the connection's loop. */
final class Attending {
  private static final int NO_CODE = 1005;

  /** From here to {@link #LAST_STOP}, the client does not come back. */
  private static final int FIRST_STOP = 4500;

  private static final int LAST_STOP = 4599;

  private Attending() {}

  /** The connection's subscription is live. */
  static void entered(Connection connection, Environment environment, String channel) {
    if (environment.namespaces().presence(channel)) {
      environment.attendance().entered(channel, connection.member(), connection.info());
    }
  }

  /** A subscription is about to end. */
  static void leaves(
      Connection connection,
      Environment environment,
      Subscription subscription,
      Departure departure) {
    String channel = subscription.channel();
    if (subscription.isLive() && environment.namespaces().presence(channel)) {
      environment.attendance().left(channel, connection.member(), departure);
    }
  }

  /**
   * What the end of a socket means for its subscriptions: where it was replaced, its successor may
   * not have subscribed yet.
   *
   * @param code as for {@link #departure}
   * @param moving as for {@link #departure}
   */
  static Departure fromRooms(int code, boolean moving) {
    return code == CloseCode.REPLACED.number() ? Departure.FOR_NOW : departure(code, moving);
  }

  /**
   * What the end of a socket means for its user: where it was replaced, its successor is here.
   *
   * @param code as of {@link io.mooring.server.frame.WebSocket#code}
   * @param moving the client was told to go to another server, where it may not have arrived
   */
  static Departure departure(int code, boolean moving) {
    if (code >= FIRST_STOP && code <= LAST_STOP) {
      return Departure.FOR_GOOD;
    }
    boolean clean = code == CloseCode.NORMAL.number() || code == NO_CODE;
    return clean && !moving ? Departure.FOR_GOOD : Departure.FOR_NOW;
  }
}
