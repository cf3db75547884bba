package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Publisher;
import io.mooring.server.history.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every {@link Broker} does; {@link #backbone} is started, and available. */
abstract class BrokerContract {
  final Arrivals arrivals = new Arrivals();

  abstract Backbone backbone();

  Broker broker() {
    return backbone().broker();
  }

  static Publisher user(String name) {
    return new Publisher.User(Optional.empty(), name);
  }

  /** A channel that no other test uses. */
  static String channel() {
    return "demo." + Long.toString(System.nanoTime(), 36);
  }

  @Test
  void deliversInOrderWithoutGapsEachWithTheTagBeforeIt() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    Position start = top(channel);
    List<Position> published = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      published.add(publish(channel, text("m" + i)));
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
    assertEquals(published.getLast(), top(channel));
  }

  @Test
  void carriesKeyAuthorAndDataAsTheyAre() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    byte[] data =
        "{\"text\":\"a\\nb\u0000ü 😀\",\"long\":\"%s\"}"
            .formatted("y".repeat(70_000))
            .getBytes(UTF_8);

    publish(channel, Publication.of("key ü\n", user("ann@x.y|1"), data, ""));

    Delivery delivery = arrivals.next();
    assertEquals("key ü\n", delivery.key());
    assertEquals("ann@x.y|1", delivery.from());
    assertArrayEquals(data, delivery.data());
  }

  @Test
  void keepsWhatOneThreadPublishesInItsOrder() throws Exception {
    List<String> channels = List.of(channel(), channel());
    for (String channel : channels) {
      get(broker().subscribe(channel));
    }
    List<CompletableFuture<Position>> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(send(channels.get(i % 2), text("m" + i)).toCompletableFuture());
    }

    for (int i = 0; i < 1000; i++) {
      assertEquals(i / 2 + 1, get(all.get(i)).off());
    }
    List<List<String>> heard = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < 1000; i++) {
      String data = new String(arrivals.next().data(), UTF_8).replaceAll("\\D", "");
      heard.get(Integer.parseInt(data) % 2).add(data);
    }
    for (int i = 0; i < 1000; i++) {
      assertEquals(Integer.toString(i), heard.get(i % 2).get(i / 2));
    }
  }

  @Test
  void deliversARepeatedPublicationOnce() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    Publication publication = Publication.of("", user("ann"), "1".getBytes(UTF_8), "mine");

    Position first = publish(channel, publication);
    Position again = publish(channel, Publication.of("", user("ann"), "2".getBytes(UTF_8), "mine"));
    Position other = publish(channel, text("other"));

    assertEquals(first, again);
    assertEquals(2, other.off());
    assertEquals(first, arrivals.next().position());
    assertEquals(other, arrivals.next().position());
  }

  @Test
  void keepsALogWithoutSubscribers() {
    String channel = channel();
    publish(channel, text("a"));
    Position second = publish(channel, text("b"));

    get(broker().subscribe(channel));

    assertEquals(second, top(channel));
    assertEquals(0, arrivals.deliveries.size());
  }

  @Test
  void deliversNothingAfterTheEndAndAllAfterANewBeginning() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    get(broker().unsubscribe(channel));
    publish(channel, text("missed"));

    get(broker().subscribe(channel));
    publish(channel, text("seen"));

    assertEquals("\"seen\"", new String(arrivals.next().data(), UTF_8));
  }

  @Test
  void keepsChannelsApart() throws Exception {
    String one = channel();
    String other = channel();
    assertNotEquals(one, other);
    get(broker().subscribe(one));
    publish(other, text("other"));
    publish(one, text("one"));

    assertEquals("\"one\"", new String(arrivals.next().data(), UTF_8));
  }

  @Test
  void callsNoFreshSubscriptionRenewed() throws Exception {
    for (int i = 0; i < 50; i++) {
      String channel = channel();
      get(broker().subscribe(channel));
      publish(channel, text("x"));
      arrivals.next();
    }

    assertEquals(0, arrivals.renewals.size());
  }

  @Test
  void subscribesAnewWhatIsSubscribedAndDeliversItOnce() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));

    get(broker().resubscribe(channel));

    Position first = publish(channel, text("x"));
    Position second = publish(channel, text("y"));
    assertEquals(first, arrivals.next().position());
    assertEquals(second, arrivals.next().position());
    assertEquals(0, arrivals.renewals.size());
  }

  Position publish(String channel, Publication publication) {
    return get(send(channel, publication));
  }

  CompletionStage<Position> send(String channel, Publication publication) {
    return broker().publish(channel, publication, Retention.DEFAULT);
  }

  Position top(String channel) {
    return get(backbone().history().top(channel, Retention.DEFAULT));
  }

  static Publication text(String text) {
    return Publication.of("", user("ann"), ("\"" + text + "\"").getBytes(UTF_8), "");
  }

  static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  static void awaitAvailable(Backbone backbone) {
    Awaitility.await().until(() -> backbone.unavailableBecause().isEmpty());
    assertTrue(backbone.unavailableBecause().isEmpty());
  }
}
