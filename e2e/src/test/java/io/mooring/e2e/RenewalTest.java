package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through the edge, a socket lives as long as its token or the next one. */
class RenewalTest {
  private static final long GRACE_MILLIS = 5_000;

  @TempDir Path state;

  @Test
  void aSocketEndsWithItsTokenUnlessItsClientSendsTheNext() throws Exception {
    try (Tier tier = Tier.up(state, "--servers", "1", "--envoys", "1")) {
      String next = tier.token("--sub", "ann", "--ttl", "10m");
      String another = tier.token("--sub", "bob", "--ttl", "10m");
      String brief = tier.token("--sub", "ann", "--ttl", "20s");
      Socket renewed = tier.connect(brief).get(10, TimeUnit.SECONDS);
      Socket left = tier.connect(brief).get(10, TimeUnit.SECONDS);
      CompletableFuture<Long> ended = left.closed().thenApply(code -> System.currentTimeMillis());
      long exp = left.await("auth_expiring").path("exp").asLong() * 1000;
      for (Socket socket : List.of(renewed, left)) {
        socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}");
        socket.await("subbed");
      }

      renewed.send(auth(2, another));
      JsonNode refusal = renewed.await("error");
      renewed.send(auth(3, next));
      JsonNode accepted = renewed.await("authed");

      assertEquals("bad_auth", refusal.path("code").asText());
      assertTrue(refusal.path("message").asText().startsWith("subject: "), refusal::toString);
      assertTrue(accepted.path("exp").asLong() * 1000 > exp, accepted::toString);
      long late = ended.get(40, TimeUnit.SECONDS) - exp;
      assertEquals(4105, left.closed().join());
      assertTrue(late >= GRACE_MILLIS && late <= GRACE_MILLIS + 1_000, late + " ms after exp");
      Awaitility.await().until(() -> System.currentTimeMillis() > exp + GRACE_MILLIS + 1_500);
      renewed.send("{\"op\":\"pub\",\"id\":4,\"ch\":\"demo.room\",\"data\":1}");
      renewed.await("msg");
      assertEquals(List.of(), logsThatHold(List.of(brief, next, another)));
      renewed.close();
    }
  }

  private static String auth(int id, String token) {
    return "{\"op\":\"auth\",\"id\":%d,\"token\":\"%s\"}".formatted(id, token);
  }

  /** The logs of the tier with any of the tokens, or the signature of one. */
  private List<Path> logsThatHold(List<String> tokens) throws IOException {
    try (Stream<Path> logs = Files.list(state.resolve("log"))) {
      List<Path> all = logs.toList();
      assertFalse(all.isEmpty(), "the tier writes logs");
      return all.stream().filter(log -> holdsAny(log, tokens)).toList();
    }
  }

  private static boolean holdsAny(Path log, List<String> tokens) {
    try {
      String text = Files.readString(log);
      return tokens.stream()
          .map(token -> token.substring(token.lastIndexOf('.') + 1))
          .anyMatch(text::contains);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
