package io.mooring.server.connection;

import io.mooring.server.channel.Admission;
import io.mooring.server.channel.Joining;
import io.mooring.server.channel.Replay;
import io.mooring.server.history.Gap;
import io.mooring.server.history.Position;
import io.mooring.server.presence.Page;
import io.mooring.server.protocol.SubscribeFailure;
import org.jspecify.annotations.Nullable;

/** Tells clients what became of their subscriptions. Runs on the connection's loop. */
final class Subscribing {
  private Subscribing() {}

  static void subscribed(
      Connection connection, Environment environment, Joining joining, Admission admission) {
    Attending.entered(connection, environment, joining.subscription().channel());
    switch (admission) {
      case Admission.Fresh fresh -> live(connection, environment, joining, fresh.position(), null);
      case Admission.Broken broken ->
          broken(connection, environment, joining, broken.position(), broken.gap());
      case Admission.Resumed resumed -> resumed(connection, environment, joining, resumed);
    }
  }

  static void unavailable(Connection connection, Environment environment, Joining joining) {
    if (joining.since() != null) {
      environment.traffic().notResumed(SubscribeFailure.UNAVAILABLE);
    }
    connection.send(
        environment
            .dialect()
            .subscribeFailed(
                joining.request(), joining.subscription().channel(), SubscribeFailure.UNAVAILABLE));
  }

  private static void live(
      Connection connection,
      Environment environment,
      Joining joining,
      Position position,
      @Nullable Gap gap) {
    String channel = joining.subscription().channel();
    boolean snapshot = gap != null && environment.namespaces().retention(channel).keys() > 0;
    boolean conflate = environment.namespaces().conflate(channel);
    connection.send(
        environment
            .dialect()
            .subscribed(
                joining.request(),
                channel,
                position,
                gap,
                snapshot,
                conflate,
                members(connection, channel)));
    answered(connection, channel);
  }

  private static void broken(
      Connection connection, Environment environment, Joining joining, Position position, Gap gap) {
    environment.traffic().resumed(gap, 0);
    live(connection, environment, joining, position, gap);
  }

  private static void resumed(
      Connection connection, Environment environment, Joining joining, Admission.Resumed resumed) {
    Replay replay = resumed.replay();
    if (!connection.mayReplay(replay.bytes())) {
      broken(connection, environment, joining, resumed.position(), Gap.TOO_MANY);
      return;
    }
    environment.traffic().resumed(null, replay.messages());
    String channel = joining.subscription().channel();
    connection.send(
        environment
            .dialect()
            .resumed(
                joining.request(),
                channel,
                resumed.since(),
                replay.messages(),
                environment.namespaces().conflate(channel),
                members(connection, channel)));
    answered(connection, channel);
    if (replay.messages() > 0) {
      connection.replay(replay.frames());
    }
  }

  private static @Nullable Page members(Connection connection, String channel) {
    return connection.watching(channel).map(Watching::first).orElse(null);
  }

  private static void answered(Connection connection, String channel) {
    connection.watching(channel).ifPresent(Watching::answered);
  }
}
