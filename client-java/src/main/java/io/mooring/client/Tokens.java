package io.mooring.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The token of one client: asked of the application when there is none that holds, by one question
 * at a time. Belongs to the client's order, in which its futures end as well.
 */
final class Tokens {
  private static final long DEADLINE_MILLIS = 10_000;

  /** A token that ends so soon is not used for a handshake any more. */
  private static final long MARGIN_MILLIS = 10_000;

  /** What may stand behind {@code Bearer}, by RFC 6750 section 2.1. */
  private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final long UNKNOWN = Long.MAX_VALUE;

  private final Environment environment;
  private final Supplier<? extends CompletionStage<String>> source;
  private @Nullable String known;
  private long endsAtMillis = UNKNOWN;
  private @Nullable CompletableFuture<String> asked;

  Tokens(Environment environment, Supplier<? extends CompletionStage<String>> source) {
    this.environment = environment;
    this.source = source;
  }

  /** The token that is known, if it holds for a while, or else another. */
  CompletableFuture<String> usable() {
    String token = known;
    return token != null && endsAtMillis - environment.timers().epochMillis() > MARGIN_MILLIS
        ? CompletableFuture.completedFuture(token)
        : fresh();
  }

  /**
   * Another token than the one that is known. Fails with a {@link MooringException}, which the
   * application has been told.
   */
  CompletableFuture<String> fresh() {
    CompletableFuture<String> underWay = asked;
    if (underWay != null) {
      return underWay;
    }
    CompletableFuture<String> question = new CompletableFuture<>();
    asked = question;
    Alarm deadline =
        environment.after(
            DEADLINE_MILLIS,
            () -> fail(question, "was not there within " + DEADLINE_MILLIS + " ms", null));
    try {
      CompletionStage<String> answer = source.get();
      if (answer == null) {
        throw new IllegalArgumentException("the token's source returned null, not a stage");
      }
      answer.whenComplete(
          (token, failure) ->
              environment
                  .order()
                  .execute(
                      () -> {
                        deadline.cancel();
                        answered(question, token, failure);
                      }));
    } catch (Throwable thrown) {
      deadline.cancel();
      // Not at once, as the caller has not got the future yet.
      environment.order().execute(() -> answered(question, null, thrown));
    }
    return question;
  }

  /** A server did not take {@code token}. */
  void refused(String token) {
    if (token.equals(known)) {
      known = null;
    }
  }

  /** What comes next may be for another user. */
  void forget() {
    known = null;
    asked = null;
  }

  /** A server says when {@code token} ends, in seconds since 1970. */
  void ends(String token, long exp) {
    if (token.equals(known) && exp > 0) {
      endsAtMillis = millis(exp);
    }
  }

  private void answered(
      CompletableFuture<String> question, @Nullable String token, @Nullable Throwable failure) {
    if (asked != question) {
      return;
    }
    if (failure != null) {
      fail(question, "could not be got: " + failure, failure);
    } else if (token == null || !GRAMMAR.matcher(token).matches()) {
      // Never the token itself.
      fail(
          question,
          token == null
              ? "is null"
              : "has " + token.length() + " characters, and not only those of a bearer token",
          null);
    } else {
      asked = null;
      known = token;
      endsAtMillis = end(token);
      question.complete(token);
    }
  }

  private void fail(CompletableFuture<String> question, String what, @Nullable Throwable cause) {
    if (asked != question) {
      return;
    }
    asked = null;
    MooringException failure =
        new MooringException(
            "token_failed",
            "the application's token " + what + "; expected a JSON Web Token. Asking again later",
            cause);
    environment.callbacks().error(failure);
    question.completeExceptionally(failure);
  }

  /** When a JSON Web Token ends, if it is one; the server looks at it more closely. */
  private static long end(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return UNKNOWN;
    }
    try {
      String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      JsonNode exp = Frames.read(claims).path("exp");
      return exp.isNumber() ? millis(exp.asLong()) : UNKNOWN;
    } catch (IllegalArgumentException | JsonProcessingException noClaims) {
      return UNKNOWN;
    }
  }

  private static long millis(long seconds) {
    return seconds > Long.MAX_VALUE / 1_000 ? UNKNOWN : seconds * 1_000;
  }
}
