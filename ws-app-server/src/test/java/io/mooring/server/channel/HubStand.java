package io.mooring.server.channel;

import static io.mooring.server.channel.Written.at;
import static io.mooring.server.channel.Written.deliveries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.server.channel.GatedLog.Read;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.loop.Loops;
import io.mooring.server.protocol.JsonDialect;
import io.mooring.server.traffic.Traffic;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A hub on two loops, with one channel, and a log that answers when it is told to. */
final class HubStand implements AutoCloseable {
  static final String CHANNEL = "demo.room";

  final Loops loops = new Loops(2);
  final GatedLog log = new GatedLog();
  final Hub hub =
      new Hub(
          loops,
          log,
          log,
          () -> log.away,
          channel -> Retention.DEFAULT,
          new JsonDialect(),
          channel -> false,
          channel -> true,
          new ReplayMemory(2 << 20),
          new Traffic(new SimpleMeterRegistry()));

  HubStand() {
    loops.start();
  }

  @Override
  public void close() {
    loops.close();
  }

  /** Somebody on the loop with this index who has not joined. */
  Someone someone(int index) {
    return new Someone(this, loops.at(index));
  }

  /** Somebody who has asked to join, and the channel's home knows. */
  Someone joining(int index) throws Exception {
    Someone someone = someone(index);
    someone.join();
    return someone;
  }

  /** The same, to go on from a position. */
  Someone resuming(int index, @Nullable Position since) throws Exception {
    Someone someone = someone(index);
    someone.resume(since);
    return someone;
  }

  /** The first who joins, so that the channel opens at this offset. */
  Someone joinedAt(long off) throws Exception {
    Someone someone = joining(0);
    opensAt(off);
    assertEquals("subscribed " + off, someone.next());
    return someone;
  }

  void opensAt(long off) throws InterruptedException {
    subscribes().complete(at(off));
  }

  /**
   * Lets the broker subscribe.
   *
   * @return what the log is asked for then: its top
   */
  CompletableFuture<Position> subscribes() throws InterruptedException {
    log.subscribed.take().complete(null);
    return log.tops.take();
  }

  /** Awaits that the broker is to unsubscribe, lets it, and sees the channel end. */
  void ends() throws Exception {
    CompletableFuture<Void> unsubscribed = log.unsubscribed.poll(5, TimeUnit.SECONDS);
    assertNotNull(unsubscribed, "the channel stays open for nobody");
    unsubscribed.complete(null);
    settle();
    assertEquals(0, hub.channels());
  }

  void deliver(long... offs) {
    for (long off : offs) {
      hub.delivered(CHANNEL, deliveries(off, off));
    }
  }

  Read nextRead() throws InterruptedException {
    Read read = log.reads.poll(5, TimeUnit.SECONDS);
    if (read == null) {
      throw new AssertionError("the log was not read");
    }
    return read;
  }

  /** What is heard next, while every read of the log fails. */
  String heardWhileTheLogIsAway(Someone someone) throws InterruptedException {
    String heard = null;
    while (heard == null) {
      failRead();
      heard = someone.heard.poll();
    }
    return heard;
  }

  void failRead() throws InterruptedException {
    Read read = log.reads.poll(50, TimeUnit.MILLISECONDS);
    if (read != null) {
      log.failed++;
      read.answer().completeExceptionally(new UnavailableException("away", null));
    }
  }

  /** How many subscribe. */
  int subscribers() throws Exception {
    return hub.countSubscribers(CHANNEL).toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  /** The index of the loop on which the channel's strand runs what other threads bring it. */
  int keeper() {
    return loops.strand(CHANNEL).index();
  }

  /** Returns once everything that was sent to the channel's strand so far has happened. */
  void settle() throws Exception {
    CompletableFuture<Void> settled = new CompletableFuture<>();
    loops.strand(CHANNEL).run(() -> settled.complete(null));
    settled.get(5, TimeUnit.SECONDS);
  }
}
