package io.mooring.server.connection;

import io.mooring.server.access.Access;
import io.mooring.server.channel.Joining;
import io.mooring.server.channel.Subscription;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.history.Failure;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Publisher;
import io.mooring.server.history.SnapshotFullException;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.presence.Departure;
import io.mooring.server.protocol.Operation;
import io.mooring.server.protocol.SubscribeFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what clients ask for, and answers. Runs on the connection's loop. */
final class Operations {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);

  private static final long RETRY_MILLIS = 1_000;
  private static final int MOST_ECHOED = 255;

  private Operations() {}

  static void perform(Connection connection, Environment environment, Operation operation) {
    switch (operation) {
      case Operation.Subscribe subscribe -> subscribe(connection, environment, subscribe);
      case Operation.Unsubscribe unsubscribe -> unsubscribe(connection, environment, unsubscribe);
      case Operation.Publish publish -> publish(connection, environment, publish);
      case Operation.Members members -> members(connection, environment, members);
      case Operation.Authenticate authenticate ->
          Renewal.begin(connection, environment, authenticate);
      case Operation.Pong pong -> {}
      case Operation.Unknown unknown ->
          connection.send(
              environment
                  .dialect()
                  .error(unknown.id(), "unknown_op", "no op is called " + cut(unknown.name()), 0));
      case Operation.Invalid invalid ->
          connection.send(
              environment.dialect().error(invalid.id(), "bad_request", invalid.problem(), 0));
    }
  }

  private static void subscribe(
      Connection connection, Environment environment, Operation.Subscribe asked) {
    String channel = asked.channel();
    SubscribeFailure failure =
        switch (environment
            .authorizer()
            .subscribe(connection.rights(), connection.user(), channel)) {
          case BAD_CHANNEL -> SubscribeFailure.BAD_CHANNEL;
          case NO_SUCH_NAMESPACE -> SubscribeFailure.NO_SUCH_NAMESPACE;
          case FORBIDDEN -> SubscribeFailure.FORBIDDEN;
          case GRANTED -> {
            if (connection.subscription(channel) != null) {
              yield SubscribeFailure.ALREADY_SUBSCRIBED;
            }
            yield connection.subscriptions() >= environment.terms().subscriptions()
                ? SubscribeFailure.LIMIT
                : null;
          }
        };
    if (failure != null) {
      if (asked.since() != null) {
        environment.traffic().notResumed(failure);
      }
      connection.send(environment.dialect().subscribeFailed(asked.id(), cut(channel), failure));
      return;
    }
    Subscription subscription = new Subscription(connection, channel);
    connection.add(subscription);
    Joining joining = new Joining(subscription, asked.id(), asked.since());
    if (asked.presence() && environment.namespaces().presence(channel)) {
      Watching watching = new Watching(connection, environment, joining);
      connection.watch(watching);
      watching.begin();
    } else {
      environment.hub().join(joining);
    }
  }

  private static void unsubscribe(
      Connection connection, Environment environment, Operation.Unsubscribe asked) {
    Subscription subscription = connection.subscription(asked.channel());
    if (subscription != null) {
      Departure departure = asked.again() ? Departure.FOR_NOW : Departure.FOR_GOOD;
      Attending.leaves(connection, environment, subscription, departure);
      connection.remove(subscription);
      environment.hub().leave(subscription);
    }
    connection.send(environment.dialect().unsubscribed(asked.id(), cut(asked.channel())));
  }

  private static void members(
      Connection connection, Environment environment, Operation.Members asked) {
    connection
        .watching(asked.channel())
        .flatMap(Watching::ifLive)
        .ifPresentOrElse(
            watching -> watching.page(asked.id(), asked.after()),
            () -> {
              String message = "not subscribed to " + cut(asked.channel()) + " with presence";
              connection.send(environment.dialect().error(asked.id(), "no_presence", message, 0));
            });
  }

  private static void publish(
      Connection connection, Environment environment, Operation.Publish asked) {
    Access access =
        environment.authorizer().publish(connection.rights(), connection.user(), asked.channel());
    String refusal =
        switch (access) {
          case BAD_CHANNEL -> "bad_channel";
          case NO_SUCH_NAMESPACE -> "no_such_namespace";
          case FORBIDDEN -> "forbidden";
          case GRANTED -> null;
        };
    if (refusal != null) {
      String message = "cannot publish on " + cut(asked.channel());
      connection.send(environment.dialect().error(asked.id(), refusal, message, 0));
      return;
    }
    environment
        .broker()
        .publish(
            asked.channel(),
            Publication.of(asked.key(), publisher(connection), asked.data(), asked.dedupe()),
            environment.namespaces().retention(asked.channel()))
        .whenComplete(
            (position, failure) ->
                connection
                    .loop()
                    .run(() -> published(connection, environment, asked, position, failure)));
  }

  private static Publisher publisher(Connection connection) {
    return new Publisher.User(connection.tenant(), connection.user());
  }

  private static void published(
      Connection connection,
      Environment environment,
      Operation.Publish asked,
      @Nullable Position position,
      @Nullable Throwable failure) {
    if (position != null) {
      connection.send(environment.dialect().published(asked.id(), asked.channel(), position));
      return;
    }
    Throwable cause = failure == null ? null : Failure.cause(failure);
    if (cause instanceof UnavailableException) {
      connection.send(
          environment
              .dialect()
              .error(asked.id(), "unavailable", UnavailableException.OUTSIDE, RETRY_MILLIS));
      return;
    }
    if (cause instanceof SnapshotFullException full) {
      connection.send(
          environment
              .dialect()
              .error(asked.id(), "snapshot_full", String.valueOf(full.getMessage()), 0));
      return;
    }
    log.error("event=publish_failed channel={}", asked.channel(), cause);
    connection.socket().close(CloseCode.INTERNAL);
  }

  /** What a client wrote, short enough to be written back. */
  private static String cut(String text) {
    if (text.length() <= MOST_ECHOED) {
      return text;
    }
    // Half a character cannot be written.
    int end =
        Character.isHighSurrogate(text.charAt(MOST_ECHOED - 1)) ? MOST_ECHOED - 1 : MOST_ECHOED;
    return text.substring(0, end) + "…";
  }
}
