package io.mooring.server.connection;

import io.mooring.server.access.Access;
import io.mooring.server.channel.Subscription;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.presence.Departure;
import io.mooring.server.protocol.Operation;
import io.mooring.server.protocol.SubscribeFailure;
import io.mooring.server.renewal.BusyException;
import io.mooring.token.Claims;
import io.mooring.token.Step;
import io.mooring.token.Verification;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a live connection the token that its client has sent, if it is one for the same user. Runs
 * on the connection's loop; what was verified meanwhile elsewhere comes back as a message.
 */
final class Renewal {
  private static final Logger log = LoggerFactory.getLogger(Renewal.class);

  private static final long RETRY_MILLIS = 1_000;

  private Renewal() {}

  static void begin(Connection connection, Environment environment, Operation.Authenticate asked) {
    if (!connection.beginRenewal()) {
      String message = "the token before this one is being verified";
      connection.send(
          environment.dialect().error(asked.id(), "unavailable", message, RETRY_MILLIS));
      return;
    }
    environment
        .renewals()
        .verify(asked.token())
        .whenComplete(
            (verification, failure) ->
                connection
                    .loop()
                    .run(() -> end(connection, environment, asked.id(), verification, failure)));
  }

  private static void end(
      Connection connection,
      Environment environment,
      long id,
      @Nullable Verification verification,
      @Nullable Throwable failure) {
    connection.endRenewal();
    switch (verification) {
      case Verification.Accepted accepted when isFor(connection, accepted.claims()) ->
          renew(connection, environment, id, accepted.claims());
      case Verification.Accepted someoneElses ->
          refuse(connection, environment, id, Step.SUBJECT, "not the user of this connection");
      case Verification.Refused refused ->
          refuse(connection, environment, id, refused.step(), "this check of the token failed");
      case null -> fail(connection, environment, id, failure);
    }
  }

  /** A user of another tenant is another user. */
  private static boolean isFor(Connection connection, Claims claims) {
    return claims.sub().equals(connection.user()) && claims.tenant().equals(connection.tenant());
  }

  private static void renew(
      Connection connection, Environment environment, long id, Claims claims) {
    environment.traffic().renewal("renewed");
    connection.renewed(claims);
    connection.send(environment.dialect().authenticated(id, claims.exp()));
    for (Subscription subscription : connection.allSubscriptions()) {
      Access access =
          environment
              .authorizer()
              .subscribe(connection.rights(), connection.user(), subscription.channel());
      if (access != Access.GRANTED) {
        Attending.leaves(connection, environment, subscription, Departure.FOR_GOOD);
        connection.remove(subscription);
        environment.hub().leave(subscription);
        connection.send(
            environment.dialect().unsubscribed(subscription.channel(), SubscribeFailure.FORBIDDEN));
      }
    }
    connection.watchToken();
  }

  /** Which check failed helps an honest client; what the token should have said, others too. */
  private static void refuse(
      Connection connection, Environment environment, long id, Step step, String problem) {
    environment.traffic().renewal(step.name().toLowerCase(Locale.ROOT));
    connection.send(environment.dialect().error(id, "bad_auth", step.label() + ": " + problem, 0));
  }

  private static void fail(
      Connection connection, Environment environment, long id, @Nullable Throwable failure) {
    if (failure instanceof BusyException busy) {
      environment.traffic().renewal("busy");
      String message = String.valueOf(busy.getMessage());
      connection.send(environment.dialect().error(id, "unavailable", message, RETRY_MILLIS));
      return;
    }
    log.error("event=renewal_failed", failure);
    connection.socket().close(CloseCode.INTERNAL);
  }
}
