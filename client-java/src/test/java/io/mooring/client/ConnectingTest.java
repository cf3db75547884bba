package io.mooring.client;

import static io.mooring.client.State.CLOSED;
import static io.mooring.client.State.CONNECTING;
import static io.mooring.client.State.OPEN;
import static io.mooring.client.State.WAITING;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a client gets a socket, and gets it again. */
class ConnectingTest {
  private final Harbour harbour = new Harbour();
  private final Quay quay = harbour.quay;
  private final HandTimers timers = harbour.timers;
  private final Logbook book = harbour.book;
  private final MooringClient client = harbour.client;

  @AfterEach
  void leave() {
    harbour.close();
  }

  @Test
  void theFirstConnectionIsMadeAtOnceWithTheToken() throws InterruptedException {
    Berth berth = harbour.connect();

    assertEquals("/ws", berth.path());
    assertEquals("Bearer " + Jwt.ending(1_000_000, "lasting"), berth.authorization());
    assertEquals(List.of(CONNECTING, OPEN), book.states());
    assertEquals(
        Optional.of(
            new Connection("c1", "s1", URI.create("ws://127.0.0.1:" + quay.port() + "/ws/s1/c1"))),
        client.connection());
  }

  @Test
  void aClientWithNothingToSaySaysSomethingAllTheSame() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.awaitPong();
  }

  @Test
  void aPingIsAnswered() throws InterruptedException {
    Berth berth = harbour.connect();
    berth.awaitPong();

    berth.send("[{'op':'ping'},{'op':'something new'}]");

    berth.awaitPong();
  }

  @Test
  void aLostSocketIsFollowedByOneOnThePinnedUrlAfterARandomWait() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.drop();

    book.awaitState(WAITING);
    assertEquals(Optional.of(Duration.ofMillis(250)), book.last().delay());
    timers.awaitDue(Duration.ofMillis(250));
    timers.pass(Duration.ofMillis(249));
    assertEquals(1, quay.handshakes().size());
    timers.pass(Duration.ofMillis(1));
    assertEquals("/ws/s1/c1", quay.greet().path());
    book.awaitState(OPEN);
    assertEquals(1, client.counters().reconnects());
  }

  @Test
  void aCloseWithASlotIsFollowedByASocketExactlyThen() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.close(4200, "r=drain;ra=1500");

    book.awaitState(WAITING);
    assertEquals(Optional.of(Duration.ofMillis(1_500)), book.last().delay());
    timers.awaitDue(Duration.ofMillis(1_500));
    timers.pass(Duration.ofMillis(1_500));
    quay.greet();
    book.awaitState(OPEN);
  }

  @Test
  void aCloseForLoadWaitsAsAskedAndAtRandomOnTop() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.close(4100, "r=overloaded;ra=1500");

    book.awaitState(WAITING);
    assertEquals(Optional.of(Duration.ofMillis(1_750)), book.last().delay());
  }

  @Test
  void aCloseForGoodEndsTheClientAndSaysWhy() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.close(4505, "r=revoked");

    book.awaitState(CLOSED);
    await().until(() -> book.errors().equals(List.of("revoked")));
    CompletableFuture<Position> published = client.publish("demo.a", IntNode.valueOf(1));
    assertEquals("closed", PublishingTest.code(published));
  }

  @Test
  void aClosedClientConnectsAgainByTheGenericUrl() throws InterruptedException {
    Berth berth = harbour.connect();
    client.close();
    assertEquals(1000, berth.awaitEnd());
    book.awaitState(CLOSED);

    assertEquals("/ws", harbour.connect().path());
  }

  @Test
  void eachFailureDoublesTheCeilingAndTenSecondsOfHealthResetIt() throws InterruptedException {
    harbour.connect().drop();
    for (long expected : new long[] {250, 500, 1_000, 2_000}) {
      waitFor(expected);
      Berth berth = quay.greet();
      book.awaitState(OPEN);
      berth.drop();
    }
    waitFor(4_000);
    Berth healthy = quay.greet();
    book.awaitState(OPEN);
    timers.pass(Duration.ofSeconds(10));

    healthy.drop();

    waitFor(250);
  }

  private void waitFor(long millis) {
    book.awaitState(WAITING);
    assertEquals(Optional.of(Duration.ofMillis(millis)), book.last().delay());
    timers.awaitDue(Duration.ofMillis(millis));
    timers.pass(Duration.ofMillis(millis));
  }

  @Test
  void threeFailuresOnThePinnedUrlLeadToTheGenericOne() throws InterruptedException {
    Berth berth = harbour.connect();
    quay.refuse(503);
    quay.refuse(503);
    quay.refuse(503);

    berth.drop();

    timers.passUntil(() -> quay.handshakes().size() == 5);
    assertEquals(List.of("/ws", "/ws/s1/c1", "/ws/s1/c1", "/ws/s1/c1", "/ws"), quay.handshakes());
  }

  @Test
  void aBusyServerSaysWhenToComeAgain() {
    quay.refuse(503, Map.of("Retry-After", "7"));

    client.connect();

    book.awaitState(WAITING);
    assertEquals(Optional.of(Duration.ofMillis(7_250)), book.last().delay());
  }

  @Test
  void aRefusedTokenIsReplacedOnceAndThenTheClientStops() {
    harbour.token(500, "old");
    harbour.token(500, "fresh");
    quay.refuse(401);
    quay.refuse(401);

    client.connect();

    timers.passUntil(() -> client.state() == CLOSED);
    assertEquals(2, harbour.asked.get());
    await().until(() -> book.errors().equals(List.of("bad_auth")));
  }

  @Test
  void aForbiddenClientStops() {
    quay.refuse(403);

    client.connect();

    book.awaitState(CLOSED);
    await().until(() -> book.errors().equals(List.of("forbidden")));
  }

  @Test
  void aTokenThatEndsSoonIsReplacedBeforeItIsUsed() throws InterruptedException {
    harbour.token(15, "short");
    Berth berth = harbour.connect();
    timers.pass(Duration.ofSeconds(6));

    berth.drop();

    timers.passUntil(quay::hasBerth);
    assertEquals(2, harbour.asked.get());
    assertTrue(quay.accept().authorization().endsWith("lasting"));
  }

  @Test
  void aTokenThatHoldsIsUsedAgain() throws InterruptedException {
    harbour.token(500, "long");
    harbour.connect().drop();

    timers.passUntil(quay::hasBerth);

    assertEquals(1, harbour.asked.get());
    assertTrue(quay.accept().authorization().endsWith("long"));
  }

  @Test
  void anExpiredTokenIsReplaced() throws InterruptedException {
    harbour.token(500, "first");
    Berth berth = harbour.connect();

    berth.close(4105, "r=token_expired");

    timers.passUntil(quay::hasBerth);
    assertTrue(quay.accept().authorization().endsWith("lasting"));
  }

  @Test
  void aTokenThatDoesNotComeIsAnErrorAndIsAskedForAgain() throws InterruptedException {
    harbour.tokens.add(new CompletableFuture<>());
    client.connect();
    await().until(() -> harbour.asked.get() == 1);
    timers.awaitDue(Duration.ofSeconds(10));

    timers.pass(Duration.ofSeconds(10));

    book.awaitState(WAITING);
    assertEquals(List.of("token_failed"), book.errors());
    timers.passUntil(quay::hasBerth);
    quay.greet();
    book.awaitState(OPEN);
  }

  @Test
  void aTokenThatCannotBeOneNeverGoesIntoAHeaderOrAMessage() {
    harbour.tokens.add(CompletableFuture.completedFuture("two words"));

    client.connect();

    book.awaitState(WAITING);
    assertFalse(book.last().reason().contains("two words"), book.last().reason());
    assertEquals(List.of(), quay.handshakes());
  }

  @Test
  void aServerThatDoesNotSayHelloIsGivenUpAfterTenSeconds() throws InterruptedException {
    client.connect();
    Berth berth = quay.accept();
    timers.awaitDue(Duration.ofSeconds(10));

    timers.pass(Duration.ofSeconds(10));

    book.awaitState(WAITING);
    assertEquals(1006, berth.awaitEnd());
  }

  @Test
  void aHandshakeThatIsNotAnsweredIsGivenUpAfterTenSeconds() {
    quay.fallSilent();
    client.connect();
    await().until(() -> quay.handshakes().size() == 1);

    timers.pass(Duration.ofSeconds(10));

    book.awaitState(WAITING);
    quay.speakAgain();
    timers.passUntil(quay::hasBerth);
  }

  @Test
  void aHandshakeThatIsGivenUpDoesNotGoOnBehindTheNext() {
    quay.fallSilent();
    client.connect();
    await().until(() -> quay.handshakes().size() == 1);

    timers.pass(Duration.ofSeconds(10));

    await().until(() -> quay.givenUp() == 1);
  }

  @Test
  void aClientThatIsClosedGivesItsHandshakeUp() {
    quay.fallSilent();
    client.connect();
    await().until(() -> quay.handshakes().size() == 1);

    client.close();

    await().until(() -> quay.givenUp() == 1);
  }

  @Test
  void aServerOfWhichNothingIsHeardIsLeft() throws InterruptedException {
    Berth berth = harbour.connect();
    berth.awaitPong();
    timers.pass(Duration.ofSeconds(30));
    berth.send("{'op':'ping'}");
    berth.awaitPong();
    timers.pass(Duration.ofSeconds(34));
    assertEquals(OPEN, client.state());

    timers.passUntil(() -> client.state() == WAITING);

    assertEquals(1006, berth.awaitEnd());
  }

  @Test
  void ifNothingFollowsAMessageTheConnectionIsTriedThreeTimes() throws InterruptedException {
    Berth berth = harbour.connect();
    timers.awaitDue(Duration.ofSeconds(1));

    timers.passUntil(() -> berth.probes() == 3);
    timers.pass(Duration.ofSeconds(10));
    berth.send("{'op':'ping'}");
    berth.awaitPong();
    timers.pass(Duration.ofSeconds(10));
    berth.send("{'op':'ping'}");
    berth.awaitPong();

    assertEquals(3, berth.probes());
    assertEquals(OPEN, client.state());
  }

  /** The JDK forgets it, as long as the message is handed over. */
  @Test
  void anEndRightBehindAMessageIsFoundOutSoon() throws InterruptedException {
    Gate gate = new Gate();
    MooringClient held =
        MooringClient.builder(quay.url())
            .token(() -> "token")
            .listener(book)
            .timers(timers)
            .httpClient(HttpClient.newBuilder().executor(gate).build())
            .build();
    held.connect();
    Berth berth = quay.greet();
    book.awaitState(OPEN);
    gate.shut();
    berth.send("{'op':'tide'}");
    await().until(() -> gate.waiting() == 1);
    berth.hangUp();
    berth.awaitEnd();
    gate.open();
    long before = timers.nanos();

    timers.passUntil(() -> book.last().to() == WAITING);

    assertTrue(timers.nanos() - before < Duration.ofSeconds(5).toNanos());
    held.close();
  }

  @Test
  void noAttemptIsMadeWhileThereIsNoNetwork() throws InterruptedException {
    Berth berth = harbour.connect();
    client.offline();
    berth.drop();
    book.awaitState(WAITING);
    assertEquals(Optional.empty(), book.last().delay());

    timers.pass(Duration.ofMinutes(1));

    assertEquals(1, quay.handshakes().size());
    client.online();
    quay.greet();
    book.awaitState(OPEN);
  }

  @Test
  void aClientThatGoesOfflineWhileItConnectsGivesTheAttemptUp() throws InterruptedException {
    client.connect();
    Berth abandoned = quay.accept();

    client.offline();

    book.awaitState(WAITING);
    assertEquals(1006, abandoned.awaitEnd());
    client.online();
    quay.greet();
    book.awaitState(OPEN);
  }

  @Test
  void aClientThatIsClosedWhileItConnectsLeavesNoSocketBehind() throws InterruptedException {
    client.connect();
    Berth berth = quay.accept();

    client.close();

    book.awaitState(CLOSED);
    berth.awaitEnd();
    berth.greet("/ws/s1/c1");
    assertEquals(List.of(CONNECTING, CLOSED), book.states());
  }

  @Test
  void aClientThatIsClosedWhileItsTokenIsOnTheWayOpensNoSocket() throws InterruptedException {
    CompletableFuture<String> token = new CompletableFuture<>();
    harbour.tokens.add(token);
    client.connect();
    await().until(() -> harbour.asked.get() == 1);
    client.close();
    book.awaitState(CLOSED);

    token.complete(Jwt.ending(500, "late"));

    Berth berth = harbour.connect();
    assertEquals(1, quay.handshakes().size());
    assertTrue(berth.authorization().endsWith("lasting"));
  }

  @Test
  void aClientThatIsConnectedAgainMayBeAnotherUsers() throws InterruptedException {
    harbour.token(500, "first");
    harbour.connect().close(4505, "r=revoked");
    book.awaitState(CLOSED);
    harbour.token(500, "second");

    assertTrue(harbour.connect().authorization().endsWith("second"));
  }

  @Test
  void whatAServerSaysAfterItWasLeftIsNotHeard() throws InterruptedException {
    Berth first = harbour.connect();
    Subscription subscription = harbour.subscribe(first, "demo.a");
    client.close();
    book.awaitState(CLOSED);
    first.send(Harbour.msg("demo.a", 1));
    first.close(4505, "r=revoked");

    Berth second = harbour.connect();
    long id = second.receive("sub").path("id").asLong();
    second.send(Harbour.subbed(id, "demo.a", 0, true, ""));
    second.send(Harbour.msg("demo.a", 1));

    book.awaitLines("subscribed at e:0:0", "subscribed at e:0:0, recovered 0", "1 1");
    assertEquals(List.of(), book.errors());
    assertEquals(SubscriptionState.LIVE, subscription.state());
  }

  @Test
  void aMessageThatIsNoJsonEndsTheSocketAndTheClientComesBack() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.send("{");

    book.awaitState(WAITING);
    timers.passUntil(quay::hasBerth);
  }

  @Test
  void aMessageLongerThanTheServerMaySendEndsTheSocket() throws InterruptedException {
    Berth berth = harbour.connect();

    berth.send("\"" + "x".repeat(1024 * 1024) + "\"");

    book.awaitState(WAITING);
  }

  @Test
  void aClientWithoutATokenIsNotBuilt() {
    assertThrows(IllegalStateException.class, () -> MooringClient.builder(quay.url()).build());
    assertThrows(
        IllegalArgumentException.class,
        () -> MooringClient.builder(URI.create("https://example.com/ws")));
  }

  @Test
  void aPinThatIsLessSafeThanTheFirstUrlIsNotFollowed() {
    URI safe = URI.create("wss://example.com/ws");

    assertEquals(safe, Hello.url(TextNode.valueOf("ws://example.com/ws/s1/c1"), safe));
    assertEquals(safe, Hello.url(TextNode.valueOf("https://example.com/"), safe));
    assertEquals(safe, Hello.url(TextNode.valueOf("no url"), safe));
    assertEquals(
        URI.create("wss://example.org/ws/s1/c1"),
        Hello.url(TextNode.valueOf("wss://example.org/ws/s1/c1"), safe));
  }
}
