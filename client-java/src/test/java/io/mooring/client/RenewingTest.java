package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The next token of a socket that lives. */
class RenewingTest {
  private static final String EXPIRING =
      "{'op':'auth_expiring','exp':%d}".formatted(HandTimers.START_SECONDS + 60);

  private final Harbour harbour = new Harbour();
  private final HandTimers timers = harbour.timers;
  private final Logbook book = harbour.book;

  @BeforeEach
  void firstToken() {
    harbour.token(60, "first");
  }

  @AfterEach
  void leave() {
    harbour.close();
  }

  private static void authenticated(Berth berth, JsonNode asked, long seconds) {
    berth.send(
        "{'op':'authed','id':%d,'exp':%d}"
            .formatted(asked.path("id").asLong(), HandTimers.START_SECONDS + seconds));
  }

  private static void refuse(Berth berth, JsonNode asked, String code, String more) {
    berth.send(
        "{'op':'error','id':%d,'code':'%s','message':'expired: no'%s}"
            .formatted(asked.path("id").asLong(), code, more));
  }

  @Test
  void aTokenThatIsAboutToEndIsReplacedOnTheLivingSocket() throws InterruptedException {
    harbour.token(500, "second");
    Berth berth = harbour.connect();

    berth.send(EXPIRING);
    JsonNode asked = berth.receive("auth");
    authenticated(berth, asked, 500);

    assertTrue(asked.path("token").asText().endsWith(".second"));
    assertEquals(State.OPEN, harbour.client.state());
    assertEquals(2, harbour.asked.get());
  }

  @Test
  void theNewTokenIsUsedForTheNextHandshake() throws InterruptedException {
    harbour.token(500, "second");
    Berth berth = harbour.connect();
    berth.send(EXPIRING);
    authenticated(berth, berth.receive("auth"), 500);

    berth.drop();

    timers.passUntil(harbour.quay::hasBerth);
    assertTrue(harbour.quay.accept().authorization().endsWith(".second"));
  }

  @Test
  void aRefusedTokenIsReplacedOnceMoreAndThenItIsAnError() throws InterruptedException {
    harbour.token(500, "second");
    harbour.token(500, "third");
    Berth berth = harbour.connect();
    berth.send(EXPIRING);

    refuse(berth, berth.receive("auth"), "bad_auth", "");
    JsonNode again = berth.receive("auth");
    assertTrue(again.path("token").asText().endsWith(".third"));
    refuse(berth, again, "bad_auth", "");

    await().until(() -> book.errors().equals(List.of("bad_auth")));
    assertEquals(State.OPEN, harbour.client.state());
  }

  @Test
  void aBusyServerGetsTheSameTokenAgain() throws InterruptedException {
    harbour.token(500, "second");
    Berth berth = harbour.connect();
    berth.send(EXPIRING);

    refuse(berth, berth.receive("auth"), "unavailable", ",'retry_ms':1000");
    timers.passUntil(() -> !berth.isQuiet());

    assertTrue(berth.receive("auth").path("token").asText().endsWith(".second"));
  }

  @Test
  void anApplicationThatFailsIsAskedAgain() throws InterruptedException {
    harbour.tokens.add(CompletableFuture.failedFuture(new IllegalStateException("no network")));
    harbour.token(500, "second");
    Berth berth = harbour.connect();

    berth.send(EXPIRING);
    timers.passUntil(() -> !berth.isQuiet());

    assertTrue(berth.receive("auth").path("token").asText().endsWith(".second"));
    assertEquals(List.of("token_failed"), book.errors());
  }

  @Test
  void tokensThatEndAtOnceAreNotAskedForInALoop() throws InterruptedException {
    harbour.token(60, "second");
    harbour.token(60, "third");
    Berth berth = harbour.connect();
    berth.send(EXPIRING);
    authenticated(berth, berth.receive("auth"), 60);

    berth.send(EXPIRING);
    timers.awaitDue(Duration.ofMillis(250));

    assertEquals(2, harbour.asked.get());
    timers.pass(Duration.ofMillis(250));
    assertTrue(berth.receive("auth").path("token").asText().endsWith(".third"));
  }

  @Test
  void aTokenThatNeverComesIsGivenUpAfterTenSeconds() throws InterruptedException {
    harbour.tokens.add(new CompletableFuture<>());
    Berth berth = harbour.connect();
    berth.send(EXPIRING);
    await().until(() -> harbour.asked.get() == 2);
    timers.awaitDue(Duration.ofSeconds(10));

    timers.pass(Duration.ofSeconds(10));

    await().until(() -> book.errors().equals(List.of("token_failed")));
    timers.passUntil(() -> !berth.isQuiet());
    berth.receive("auth");
  }
}
