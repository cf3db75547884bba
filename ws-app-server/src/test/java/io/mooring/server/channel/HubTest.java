package io.mooring.server.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.broker.Broker;
import io.mooring.server.broker.BrokerUnavailableException;
import io.mooring.server.broker.Deliveries;
import io.mooring.server.broker.Delivery;
import io.mooring.server.broker.Position;
import io.mooring.server.broker.Publication;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.protocol.JsonDialect;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of joins, leaves and deliveries, with a broker that answers when it is told to. */
class HubTest {
  private static final String CHANNEL = "demo.room";

  private final Loops loops = new Loops(2);
  private final Slow broker = new Slow();
  private final Hub hub = new Hub(loops, broker, new JsonDialect(), count -> {});

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void subscribesAtTheBrokerOnceForAllWhoJoin() throws Exception {
    Someone near = new Someone(0);
    Someone far = new Someone(1);
    near.join();
    far.join();

    broker.subscribed.take().complete(new Position("e", 5, 50));

    assertEquals("subscribed 5", near.next());
    assertEquals("subscribed 5", far.next());
    assertEquals(List.of("subscribe"), broker.calls);
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void startsAJoinerAtTheDeliveriesBeforeItsJoinAndGivesItAllAfter(int index) throws Exception {
    Someone first = new Someone(0);
    first.join();
    broker.subscribed.take().complete(new Position("e", 0, 0));
    first.next();
    hub.delivered(CHANNEL, delivery(1));
    hub.delivered(CHANNEL, delivery(2));

    Someone second = new Someone(index);
    second.join();
    String joined = second.next();
    hub.delivered(CHANNEL, delivery(3));

    assertEquals("msg 1", first.next());
    assertEquals("msg 2", first.next());
    assertEquals("msg 3", first.next());
    assertEquals("subscribed 2", joined);
    assertEquals("msg 3", second.next());
  }

  @Test
  void dropsDeliveriesThatThePositionAlreadyCovers() throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    broker.subscribed.take().complete(new Position("e", 2, 20));
    someone.next();

    hub.delivered(CHANNEL, delivery(1));
    hub.delivered(CHANNEL, delivery(2));
    hub.delivered(CHANNEL, delivery(3));

    assertEquals("msg 3", someone.next());
  }

  @Test
  void startsFromADeliveryThatOvertookTheAnswerOfTheBroker() throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    CompletableFuture<Position> answer = broker.subscribed.take();
    hub.delivered(CHANNEL, delivery(3));
    onHome(() -> {});
    answer.complete(new Position("e", 2, 20));

    assertEquals("subscribed 3", someone.next());
    hub.delivered(CHANNEL, delivery(4));
    assertEquals("msg 4", someone.next());
  }

  @Test
  void leavesTheBrokerWithTheLastAndComesBackAfterItHasEnded() throws Exception {
    Someone first = new Someone(0);
    Subscription subscription = first.join();
    broker.subscribed.take().complete(new Position("e", 0, 0));
    first.next();

    first.leave(subscription);
    CompletableFuture<Void> ended = broker.unsubscribed.take();
    Someone second = new Someone(1);
    second.join();
    assertEquals(List.of("subscribe", "unsubscribe"), broker.calls);
    ended.complete(null);
    broker.subscribed.take().complete(new Position("e", 7, 70));

    assertEquals("subscribed 7", second.next());
    assertEquals(List.of("subscribe", "unsubscribe", "subscribe"), broker.calls);
  }

  @Test
  void forgetsWhoLeftBeforeTheBrokerAnswered() throws Exception {
    Someone hasty = new Someone(1);
    Subscription subscription = hasty.join();
    CompletableFuture<Position> answer = broker.subscribed.take();

    hasty.leave(subscription);
    answer.complete(new Position("e", 0, 0));

    broker.unsubscribed.take().complete(null);
    assertEquals(0, hasty.heard.size());
  }

  @Test
  void tellsAllWhoWaitWhenTheBrokerCannotSubscribeAndTriesAnewForTheNext() throws Exception {
    Someone first = new Someone(0);
    Someone second = new Someone(1);
    first.join();
    second.join();

    broker.subscribed.take().completeExceptionally(new BrokerUnavailableException("away", null));

    assertEquals("unavailable", first.next());
    assertEquals("unavailable", second.next());
    first.join();
    broker.subscribed.take().complete(new Position("e", 0, 0));
    assertEquals("subscribed 0", first.next());
  }

  @Test
  void letsNobodyJoinWhileTheBrokerIsAwayAndKeepsThoseWhoAreThere() throws Exception {
    Someone first = new Someone(0);
    first.join();
    broker.subscribed.take().complete(new Position("e", 0, 0));
    first.next();

    broker.away = true;
    Someone late = new Someone(1);
    late.join();

    assertEquals("unavailable", late.next());
    broker.away = false;
    hub.delivered(CHANNEL, delivery(1));
    assertEquals("msg 1", first.next());
  }

  @Test
  void saysSoBeforeItGoesOnBeyondAHole() throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    broker.subscribed.take().complete(new Position("e", 2, 20));
    someone.next();

    hub.delivered(CHANNEL, delivery(5));

    assertEquals("lost log_unavailable 4", someone.next());
    assertEquals("msg 5", someone.next());
  }

  @Test
  void saysSoWhenTheLogWasRolledBack() throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    broker.subscribed.take().complete(new Position("e", 2, 20));
    someone.next();
    hub.delivered(CHANNEL, delivery(3));
    someone.next();

    hub.delivered(
        CHANNEL, new Delivery(new Position("e", 3, 999), 20, "", "", "1".getBytes(UTF_8)));

    assertEquals("lost epoch_changed 2", someone.next());
    assertEquals("msg 3", someone.next());
  }

  @ParameterizedTest
  @CsvSource({
    "e, 3, 30, msg 4",
    "e, 3, 31, lost epoch_changed 3",
    "e, 2, 20, lost epoch_changed 2",
    "f, 3, 30, lost epoch_changed 3",
    "e, 9, 90, lost log_unavailable 9",
  })
  void comparesTheLogAfterAnInterruption(String epoch, long off, long tag, String heard)
      throws Exception {
    Someone someone = new Someone(1);
    someone.join();
    broker.subscribed.take().complete(new Position("e", 3, 30));
    someone.next();

    hub.renewed(CHANNEL);
    broker.tops.take().complete(new Position(epoch, off, tag));
    if (heard.startsWith("msg")) {
      hub.delivered(CHANNEL, delivery(4));
    }

    assertEquals(heard, someone.next());
  }

  @Test
  void waitsForDeliveriesThatAreOnTheirWayAfterAnInterruption() throws Exception {
    Someone someone = new Someone(1);
    someone.join();
    broker.subscribed.take().complete(new Position("e", 3, 30));
    someone.next();

    hub.renewed(CHANNEL);
    broker.tops.take().complete(new Position("e", 4, 40));
    hub.delivered(CHANNEL, delivery(4));
    hub.delivered(CHANNEL, delivery(5));

    assertEquals("msg 4", someone.next());
    assertEquals("msg 5", someone.next());
  }

  private static Delivery delivery(long off) {
    return new Delivery(
        new Position("e", off, off * 10), (off - 1) * 10, "", "", "1".getBytes(UTF_8));
  }

  /** Returns once everything that was sent to the channel's home so far has happened. */
  private void onHome(Runnable task) throws Exception {
    loops.home(CHANNEL).executor().submit(task).get(5, TimeUnit.SECONDS);
  }

  private final class Someone implements Subscriber {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Loop loop;

    Someone(int index) {
      loop = loops.at(index);
    }

    /** Returns once the channel's home knows. */
    Subscription join() throws Exception {
      Subscription subscription = new Subscription(this, CHANNEL, 1, false);
      loop.executor().submit(() -> hub.join(subscription)).get(5, TimeUnit.SECONDS);
      onHome(() -> {});
      return subscription;
    }

    void leave(Subscription subscription) throws Exception {
      loop.executor().submit(() -> hub.leave(subscription)).get(5, TimeUnit.SECONDS);
    }

    String next() throws InterruptedException {
      String message = heard.poll(5, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing was heard");
      }
      return message;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public void subscribed(Subscription subscription, Position position) {
      heard.add("subscribed " + position.off());
    }

    @Override
    public void unavailable(Subscription subscription) {
      heard.add("unavailable");
    }

    @Override
    public void missed() {
      heard.add("missed");
    }

    @Override
    public void deliver(ByteBuf frames) {
      for (String json : frames.toString(UTF_8).split("\\{\"op\":\"", -1)) {
        if (json.startsWith("msg")) {
          heard.add(
              "msg " + json.replaceAll(".*\"off\":(\\d+).*", "$1").lines().findFirst().orElse(""));
        } else if (json.startsWith("lost")) {
          heard.add(
              "lost " + json.replaceAll("(?s).*\"reason\":\"(\\w+)\".*\"off\":(\\d+).*", "$1 $2"));
        }
      }
    }
  }

  private static final class Slow implements Broker {
    final BlockingQueue<CompletableFuture<Position>> subscribed = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<Void>> unsubscribed = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<Position>> tops = new LinkedBlockingQueue<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile boolean away;

    @Override
    public void start(Deliveries deliveries) {}

    @Override
    public Optional<String> unavailableBecause() {
      return away ? Optional.of("away") : Optional.empty();
    }

    @Override
    public CompletionStage<Position> subscribe(String channel) {
      calls.add("subscribe");
      return queued(subscribed);
    }

    @Override
    public CompletionStage<Void> unsubscribe(String channel) {
      calls.add("unsubscribe");
      return queued(unsubscribed);
    }

    @Override
    public CompletionStage<Position> top(String channel) {
      return queued(tops);
    }

    @Override
    public CompletionStage<Position> publish(String channel, Publication publication) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    private static <T> CompletionStage<T> queued(BlockingQueue<CompletableFuture<T>> queue) {
      CompletableFuture<T> later = new CompletableFuture<>();
      queue.add(later);
      return later;
    }
  }
}
