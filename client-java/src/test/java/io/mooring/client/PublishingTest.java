package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Publications over sockets that come and go: their order, their outcome, none of them twice. */
class PublishingTest {
  private static final PublishOptions PATIENT =
      PublishOptions.DEFAULTS.withTimeout(Duration.ofHours(1));

  private final Harbour harbour = new Harbour();
  private final Quay quay = harbour.quay;
  private final HandTimers timers = harbour.timers;
  private final MooringClient client = harbour.client;

  @AfterEach
  void leave() {
    harbour.close();
  }

  /** The code with which a future fails; waits for that. */
  static String code(CompletableFuture<?> failing) {
    CompletionException failure = assertThrows(CompletionException.class, failing::join);
    return assertInstanceOf(MooringException.class, failure.getCause()).code();
  }

  private CompletableFuture<Position> publish(int data) {
    return client.publish("demo.a", IntNode.valueOf(data), PATIENT);
  }

  private static void answer(Berth berth, JsonNode publication, long off) {
    berth.send(
        "{'op':'pubbed','id':%d,'ch':'demo.a','epoch':'e','off':%d,'tag':%d}"
            .formatted(publication.path("id").asLong(), off, off * 10));
  }

  private static void refuse(Berth berth, JsonNode publication, String code, String more) {
    berth.send(
        "{'op':'error','id':%d,'code':'%s','message':'no'%s}"
            .formatted(publication.path("id").asLong(), code, more));
  }

  @Test
  void aPublicationGetsItsPosition() throws InterruptedException {
    Berth berth = harbour.connect();
    CompletableFuture<Position> published =
        client.publish(
            "demo.a",
            JsonNodeFactory.instance.objectNode().put("hi", 1),
            PublishOptions.DEFAULTS.withKey("k").withDedupe("d"));

    JsonNode sent = berth.receive("pub");
    answer(berth, sent, 7);

    assertEquals(new Position("e", 7, 70), published.join());
    assertEquals("{\"hi\":1}", sent.path("data").toString());
    assertEquals("k", sent.path("key").asText());
    assertEquals("d", sent.path("dedupe").asText());
  }

  @Test
  void aKeyIsDeletedByNull() throws InterruptedException {
    Berth berth = harbour.connect();

    client.publish("demo.a", NullNode.instance, PublishOptions.DEFAULTS.withKey("k"));

    assertTrue(berth.receive("pub").path("data").isNull());
  }

  @Test
  void publicationsBeforeTheConnectionAreSentInTheirOrder() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      publish(i);
    }

    Berth berth = harbour.connect();

    for (int i = 0; i < 5; i++) {
      assertEquals(i, berth.receive("pub").path("data").asInt());
    }
  }

  @Test
  void whatWasNotAnsweredIsSentAgainInItsOrderWithTheSameDedupe() throws InterruptedException {
    Berth berth = harbour.connect();
    List<JsonNode> first = new ArrayList<>();
    List<CompletableFuture<Position>> outcomes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      outcomes.add(publish(i));
      first.add(berth.receive("pub"));
    }
    answer(berth, first.get(1), 1);
    outcomes.get(1).join();
    berth.drop();
    harbour.book.awaitState(State.WAITING);
    outcomes.add(publish(3));

    timers.passUntil(quay::hasBerth);
    Berth next = quay.greet();

    JsonNode again = next.receive("pub");
    assertEquals(first.getFirst().path("dedupe"), again.path("dedupe"));
    assertEquals(0, again.path("data").asInt());
    assertEquals(2, next.receive("pub").path("data").asInt());
    assertEquals(3, next.receive("pub").path("data").asInt());
    answer(next, again, 4);
    assertEquals(4, outcomes.getFirst().join().off());
  }

  @Test
  void eachPublicationHasADedupeOfItsOwn() throws InterruptedException {
    Berth berth = harbour.connect();
    publish(1);
    publish(1);

    assertFalse(berth.receive("pub").path("dedupe").equals(berth.receive("pub").path("dedupe")));
  }

  @Test
  void whatWasFirstSentOverFourMinutesAgoIsNotSentAgain() throws InterruptedException {
    Berth berth = harbour.connect();
    CompletableFuture<Position> published = publish(1);
    berth.receive("pub");
    client.offline();
    berth.drop();
    harbour.book.awaitState(State.WAITING);
    timers.pass(Duration.ofMinutes(5));

    client.online();
    Berth next = quay.greet();

    assertEquals("unknown_outcome", code(published));
    assertTrue(next.isQuiet());
  }

  @Test
  void anUnavailableServerIsAskedAgainWhenItSaid() throws InterruptedException {
    Berth berth = harbour.connect();
    CompletableFuture<Position> published = publish(1);
    JsonNode sent = berth.receive("pub");

    refuse(berth, sent, "unavailable", ",'retry_ms':1000");
    timers.awaitDue(Duration.ofMillis(1_500));
    assertTrue(berth.isQuiet());
    timers.pass(Duration.ofMillis(1_500));

    JsonNode again = berth.receive("pub");
    assertEquals(sent.path("dedupe"), again.path("dedupe"));
    answer(berth, again, 1);
    assertEquals(1, published.join().off());
  }

  @Test
  void aRefusedPublicationFailsWithTheServersWord() throws InterruptedException {
    Berth berth = harbour.connect();
    CompletableFuture<Position> published = publish(1);

    refuse(berth, berth.receive("pub"), "forbidden", "");

    assertEquals("forbidden", code(published));
  }

  @Test
  void withoutAnAnswerItTimesOutAndALateAnswerIsIgnored() throws InterruptedException {
    Berth berth = harbour.connect();
    CompletableFuture<Position> published = client.publish("demo.a", IntNode.valueOf(1));
    JsonNode sent = berth.receive("pub");

    timers.pass(Duration.ofSeconds(10));

    assertEquals("timeout", code(published));
    answer(berth, sent, 1);
    assertEquals(2, answered(berth, publish(2)).off());
  }

  private Position answered(Berth berth, CompletableFuture<Position> published)
      throws InterruptedException {
    answer(berth, berth.receive("pub"), 2);
    return published.join();
  }

  @Test
  void withoutAConnectionItTimesOutToo() {
    CompletableFuture<Position> published = client.publish("demo.a", IntNode.valueOf(1));
    timers.awaitDue(Duration.ofSeconds(10));

    timers.pass(Duration.ofSeconds(10));

    assertEquals("timeout", code(published));
  }

  @Test
  void aCancelledPublicationIsNotSent() throws InterruptedException {
    CompletableFuture<Position> cancelled = publish(1);
    publish(2);

    cancelled.cancel(false);

    assertEquals(2, harbour.connect().receive("pub").path("data").asInt());
  }

  @Test
  void whatIsTooLargeOrTooDeepIsNotSentAsItWouldEndTheSocket() throws InterruptedException {
    Berth berth = harbour.connect();
    JsonNode deep = IntNode.valueOf(1);
    for (int i = 0; i < 32; i++) {
      deep = JsonNodeFactory.instance.arrayNode().add(deep);
    }

    assertEquals(
        "too_large", code(client.publish("demo.a", TextNode.valueOf("x".repeat(131_072)))));
    assertEquals("bad_request", code(client.publish("demo.a", deep)));
    assertEquals("bad_channel", code(client.publish("no spaces", IntNode.valueOf(1))));
    assertTrue(berth.lives());
  }

  @Test
  void aLongPublicationArrivesWhole() throws InterruptedException {
    Berth berth = harbour.connect();
    String text = "ä€😀x".repeat(8_000);

    client.publish("demo.a", TextNode.valueOf(text), PATIENT);

    assertEquals(text, berth.receive("pub").path("data").asText());
  }

  @Test
  void beyondTheQueuesLimitItFailsAtOnceAndAnswersMakeRoom() throws InterruptedException {
    List<CompletableFuture<Position>> waiting = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      waiting.add(publish(i));
    }

    CompletableFuture<Position> beyond = publish(1_000);
    assertTrue(beyond.isCompletedExceptionally());
    assertEquals("queue_full", code(beyond));

    waiting.getFirst().cancel(false);
    assertFalse(publish(1_000).isDone());
  }

  @Test
  void beyondTheQueuesBytesItFailsAtOnce() {
    TextNode large = TextNode.valueOf("x".repeat(100_000));
    for (int i = 0; i < 10; i++) {
      assertFalse(client.publish("demo.a", large, PATIENT).isDone());
    }

    assertEquals("queue_full", code(client.publish("demo.a", large, PATIENT)));
  }

  @Test
  void publicationsGoAtThePaceOfTheServer() throws InterruptedException {
    Berth berth = harbour.connect();
    for (int i = 0; i < 200; i++) {
      publish(i);
    }
    List<Integer> got = new ArrayList<>();
    while (got.size() < 59) {
      got.add(berth.receive("pub").path("data").asInt());
    }
    await().until(berth::isQuiet);

    timers.passUntil(() -> !berth.isQuiet());
    while (got.size() < 200) {
      timers.passUntil(() -> !berth.isQuiet());
      got.add(berth.receive("pub").path("data").asInt());
    }

    assertEquals(IntStream.range(0, 200).boxed().toList(), got);
    assertTrue(timers.nanos() > Duration.ofSeconds(13).toNanos(), "140 of them at 9.6 a second");
  }

  @Test
  void theEndOfTheClientIsTheEndOfItsPublications() throws InterruptedException {
    Berth berth = harbour.connect();
    CompletableFuture<Position> sent = publish(1);
    berth.receive("pub");

    client.close();

    assertEquals("unknown_outcome", code(sent));
    assertEquals("closed", code(publish(2)));
  }

  @Test
  void optionsThatNoServerTakesAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> PublishOptions.DEFAULTS.withKey("k".repeat(256)));
    assertThrows(
        IllegalArgumentException.class, () -> PublishOptions.DEFAULTS.withDedupe("d".repeat(65)));
    assertThrows(
        IllegalArgumentException.class, () -> PublishOptions.DEFAULTS.withTimeout(Duration.ZERO));
  }
}
