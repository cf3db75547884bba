package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Gives one socket its next token when the one that it has is about to end. If none is taken, the
 * server closes the socket with 4105, and the client comes back as usual.
 */
final class Renewal {
  private static final long NONE = -1;
  private static final int MOST_REFUSALS = 2;

  private final Environment environment;
  private final Tokens tokens;
  private final Session session;
  private final Backoff backoff;
  private String token = "";
  private long id = NONE;
  private int refusals;
  private long begunAt;
  private boolean begun;
  private @Nullable Alarm alarm;

  Renewal(Environment environment, Tokens tokens, Session session) {
    this.environment = environment;
    this.tokens = tokens;
    this.session = session;
    this.backoff = environment.backoff();
  }

  /** The server says that the token is about to end. */
  void expiring() {
    refusals = 0;
    long now = environment.nanos();
    boolean again = begun && now - begunAt < Backoff.HEALTH.toNanos();
    begun = true;
    begunAt = now;
    if (again) {
      // The application gives tokens that end at once.
      later(backoff.next(), this::ask);
    } else {
      backoff.healthy();
      ask();
    }
  }

  /** The server has taken a token. */
  void authenticated(JsonNode message) {
    if (id != NONE && message.path("id").asLong(NONE) == id) {
      id = NONE;
      tokens.ends(token, message.path("exp").asLong());
      session.authenticated(token);
    }
  }

  /** Whether an error was the answer to a token. */
  boolean failed(long answered, JsonNode error) {
    if (id == NONE || answered != id) {
      return false;
    }
    id = NONE;
    String code = error.path("code").asText();
    if (code.equals("unavailable")) {
      String same = token;
      later(Math.max(1, error.path("retry_ms").asLong()) + backoff.next(), () -> send(same));
      return true;
    }
    tokens.refused(token);
    refusals++;
    if (code.equals("bad_auth") && refusals < MOST_REFUSALS) {
      ask();
    } else {
      environment
          .callbacks()
          .error(
              new MooringException(
                  code,
                  "the server did not take the next token: "
                      + error.path("message").asText()
                      + "; the socket lives until the one that it has ends"));
    }
    return true;
  }

  void stop() {
    Alarm.cancel(alarm);
    id = NONE;
  }

  private void ask() {
    tokens
        .fresh()
        .whenComplete(
            (next, failure) -> {
              if (!session.speaks()) {
                return;
              }
              if (failure == null) {
                send(next);
              } else {
                later(backoff.next(), this::ask);
              }
            });
  }

  private void send(String next) {
    token = next;
    id = session.nextId();
    session.send(Frames.authenticate(id, next));
  }

  private void later(long millis, Runnable task) {
    Alarm.cancel(alarm);
    alarm = environment.after(millis, task);
  }
}
