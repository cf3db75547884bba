package io.mooring.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Reads snapshots from the HTTP API (docs/api.md). Belongs to the client's order. */
final class Snapshots {
  private static final long DEADLINE_MILLIS = 30_000;
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;

  private final Environment environment;
  private final Tokens tokens;

  /** What an attempt came to. */
  sealed interface Answer {
    record Read(Snapshot snapshot) implements Answer {}

    /**
     * Another attempt may succeed.
     *
     * @param blamesToken if it has another token
     */
    record Unavailable(String why, boolean blamesToken) implements Answer {}

    /** None will. */
    record Refused(String why) implements Answer {}
  }

  Snapshots(Environment environment, Tokens tokens) {
    this.environment = environment;
    this.tokens = tokens;
  }

  /**
   * Reads once; the future ends in the client's order, and never fails.
   *
   * @param since what the application has had; null for all keys
   */
  CompletableFuture<Answer> read(String channel, @Nullable Position since) {
    return tokens
        .usable()
        .handle(
            (token, failure) ->
                failure == null
                    ? read(channel, since, token)
                    : CompletableFuture.<Answer>completedFuture(
                        new Answer.Unavailable(String.valueOf(failure.getMessage()), false)))
        .thenCompose(answer -> answer);
  }

  private CompletableFuture<Answer> read(String channel, @Nullable Position since, String token) {
    String query =
        since == null ? "" : "?since=" + since.epoch() + ":" + since.off() + ":" + since.tag();
    CompletableFuture<HttpResponse<byte[]>> sent;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      environment.settings().api() + "/channels/" + channel + "/snapshot" + query))
              // The JDK would try to upgrade to HTTP/2, which an edge takes for another upgrade.
              .version(HttpClient.Version.HTTP_1_1)
              .header("Authorization", "Bearer " + token)
              .GET()
              .build();
      sent = environment.http().sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IllegalArgumentException notAnUrl) {
      return CompletableFuture.completedFuture(new Answer.Refused(String.valueOf(notAnUrl)));
    }
    // The JDK's own timeout does not cover the body.
    Alarm deadline = environment.after(DEADLINE_MILLIS, () -> sent.cancel(true));
    return sent.handle(Snapshots::answer)
        .thenApplyAsync(
            answer -> {
              deadline.cancel();
              if (answer instanceof Answer.Unavailable unavailable && unavailable.blamesToken()) {
                tokens.refused(token);
              }
              return answer;
            },
            environment.order());
  }

  private static Answer answer(
      @Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
    if (response == null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      return new Answer.Unavailable(String.valueOf(cause), false);
    }
    int status = response.statusCode();
    if (status != OK) {
      boolean forGood =
          switch (status) {
            case UNAUTHORIZED, 408, 425, 429 -> false;
            default -> status >= 400 && status < 500;
          };
      return forGood
          ? new Answer.Refused("HTTP " + status)
          : new Answer.Unavailable("HTTP " + status, status == UNAUTHORIZED);
    }
    try {
      return new Answer.Read(
          Snapshot.of(Frames.read(new String(response.body(), StandardCharsets.UTF_8))));
    } catch (JsonProcessingException | IllegalArgumentException notOne) {
      return new Answer.Unavailable("the answer is no snapshot", false);
    }
  }
}
