package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every {@link Broker} does; {@link #broker} is started and available. */
abstract class BrokerContract {
  /** What arrived, in order. */
  static final class Arrivals implements Deliveries {
    record Arrival(String channel, Delivery delivery) {}

    final BlockingQueue<Arrival> deliveries = new LinkedBlockingQueue<>();
    final BlockingQueue<String> renewals = new LinkedBlockingQueue<>();

    @Override
    public void delivered(String channel, Delivery delivery) {
      deliveries.add(new Arrival(channel, delivery));
    }

    @Override
    public void renewed(String channel) {
      renewals.add(channel);
    }

    Delivery next() throws InterruptedException {
      Arrival arrival = deliveries.poll(5, TimeUnit.SECONDS);
      if (arrival == null) {
        throw new AssertionError("nothing was delivered");
      }
      return arrival.delivery;
    }
  }

  final Arrivals arrivals = new Arrivals();

  abstract Broker broker();

  /** A channel that no other test uses. */
  static String channel() {
    return "demo." + Long.toString(System.nanoTime(), 36);
  }

  @Test
  void startsALogAtNothingWithAnEpochThatStays() {
    String channel = channel();

    Position subscribed = get(broker().subscribe(channel));

    assertEquals(0, subscribed.off());
    assertEquals(0, subscribed.tag());
    assertTrue(subscribed.epoch().matches("[0-9a-z]{1,8}"), subscribed.epoch());
    assertEquals(subscribed, get(broker().top(channel)));
    assertEquals(subscribed.epoch(), get(broker().publish(channel, text("x"))).epoch());
  }

  @Test
  void deliversInOrderWithoutGapsEachWithTheTagBeforeIt() throws Exception {
    String channel = channel();
    Position start = get(broker().subscribe(channel));
    List<Position> published = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      published.add(get(broker().publish(channel, text("m" + i))));
    }

    long previous = 0;
    for (int i = 0; i < 100; i++) {
      Delivery delivery = arrivals.next();
      assertEquals(published.get(i), delivery.position());
      assertEquals(start.epoch(), delivery.position().epoch());
      assertEquals(i + 1, delivery.position().off());
      assertEquals(previous, delivery.previousTag());
      assertEquals("\"m" + i + "\"", new String(delivery.data(), UTF_8));
      previous = delivery.position().tag();
    }
    assertEquals(published.getLast(), get(broker().top(channel)));
  }

  @Test
  void carriesKeyAuthorAndDataAsTheyAre() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    byte[] data =
        "{\"text\":\"a\\nb\u0000ü 😀\",\"long\":\"%s\"}"
            .formatted("y".repeat(70_000))
            .getBytes(UTF_8);

    get(broker().publish(channel, Publication.of("key ü\n", "ann@x.y|1", data)));

    Delivery delivery = arrivals.next();
    assertEquals("key ü\n", delivery.key());
    assertEquals("ann@x.y|1", delivery.from());
    assertArrayEquals(data, delivery.data());
  }

  @Test
  void keepsConcurrentPublishersInOneOrder() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    List<CompletableFuture<Position>> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(broker().publish(channel, text("m")).toCompletableFuture());
    }
    List<Long> offsets = new ArrayList<>();
    for (CompletableFuture<Position> one : all) {
      offsets.add(get(one).off());
    }

    assertEquals(500, offsets.stream().distinct().count());
    for (int i = 1; i <= 500; i++) {
      assertEquals(i, arrivals.next().position().off());
    }
  }

  @Test
  void givesARepeatedTagItsFirstPositionAndDeliversItOnce() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    Publication publication = text("once");

    Position first = get(broker().publish(channel, publication));
    Position again = get(broker().publish(channel, publication));
    Position other = get(broker().publish(channel, text("other")));

    assertEquals(first, again);
    assertEquals(2, other.off());
    assertEquals(first, arrivals.next().position());
    assertEquals(other, arrivals.next().position());
  }

  @Test
  void keepsALogWithoutSubscribers() {
    String channel = channel();
    get(broker().publish(channel, text("a")));
    Position second = get(broker().publish(channel, text("b")));

    assertEquals(second, get(broker().subscribe(channel)));
    assertEquals(0, arrivals.deliveries.size());
  }

  @Test
  void deliversNothingAfterTheEndAndAllAfterANewBeginning() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    get(broker().unsubscribe(channel));
    Position missed = get(broker().publish(channel, text("missed")));

    Position start = get(broker().subscribe(channel));
    get(broker().publish(channel, text("seen")));

    assertEquals(missed, start);
    assertEquals("\"seen\"", new String(arrivals.next().data(), UTF_8));
  }

  @Test
  void keepsChannelsApart() throws Exception {
    String one = channel();
    String other = channel();
    assertNotEquals(one, other);
    get(broker().subscribe(one));
    get(broker().publish(other, text("other")));
    get(broker().publish(one, text("one")));

    assertEquals("\"one\"", new String(arrivals.next().data(), UTF_8));
  }

  @Test
  void callsNoFreshSubscriptionRenewed() throws Exception {
    for (int i = 0; i < 50; i++) {
      String channel = channel();
      get(broker().subscribe(channel));
      get(broker().publish(channel, text("x")));
      arrivals.next();
    }

    assertEquals(0, arrivals.renewals.size());
  }

  static Publication text(String text) {
    return Publication.of("", "ann", ("\"" + text + "\"").getBytes(UTF_8));
  }

  static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  static void awaitAvailable(Broker broker) {
    Awaitility.await().until(() -> broker.unavailableBecause().isEmpty());
  }
}
