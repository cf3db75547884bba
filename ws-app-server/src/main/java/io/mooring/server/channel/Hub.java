package io.mooring.server.channel;

import io.mooring.server.broker.Broker;
import io.mooring.server.broker.Deliveries;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.History;
import io.mooring.server.history.Retention;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.loop.Strand;
import io.mooring.server.protocol.Dialect;
import io.mooring.server.traffic.Traffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels that somebody on this server subscribes to. Every channel lives on its strand; this
 * class brings what concerns it there, and keeps nothing that two strands would share.
 */
public final class Hub implements Deliveries {
  private static final Logger log = LoggerFactory.getLogger(Hub.class);

  /** For the last messages of all channels, in bytes: so many, or this part of the heap. */
  private static final long MOST_FOR_TAILS = 128L << 20;

  private static final int TAILS_PART = 8;

  /** What one strand owns. */
  private static final class Share {
    final Map<String, Channel> channels = new HashMap<>();
    final Tail.Budget tails;
    final Checks checks;

    Share(Strand strand, History history, long tailBytes) {
      this.tails = new Tail.Budget(tailBytes);
      this.checks = new Checks(strand, channels, history);
    }
  }

  private final Loops loops;
  private final History history;
  private final Broker broker;
  private final BooleanSupplier away;
  private final Function<String, Retention> retention;
  private final Dialect dialect;
  private final Predicate<String> compressed;
  private final Predicate<String> conflated;
  private final ReplayMemory replays;
  private final Traffic traffic;
  private final List<Share> shares = new ArrayList<>();
  private final LongAdder channels = new LongAdder();
  private volatile boolean silent;

  /**
   * @param away whether the log cannot be asked now
   * @param retention how much of a channel's past is kept
   * @param compressed whether a channel's messages go compressed to clients that take them so
   * @param conflated whether a channel's slow subscribers get only the newest message of each key
   */
  public Hub(
      Loops loops,
      History history,
      Broker broker,
      BooleanSupplier away,
      Function<String, Retention> retention,
      Dialect dialect,
      Predicate<String> compressed,
      Predicate<String> conflated,
      ReplayMemory replays,
      Traffic traffic) {
    this.loops = loops;
    this.history = history;
    this.broker = broker;
    this.away = away;
    this.retention = retention;
    this.dialect = dialect;
    this.compressed = compressed;
    this.conflated = conflated;
    this.replays = replays;
    this.traffic = traffic;
    long forTails = bytesForTails(Runtime.getRuntime().maxMemory());
    for (int i = 0; i < loops.strands(); i++) {
      shares.add(new Share(loops.strand(i), history, forTails / loops.strands()));
    }
  }

  static long bytesForTails(long heapBytes) {
    return Math.min(MOST_FOR_TAILS, heapBytes / TAILS_PART);
  }

  /** Begins to compare what is delivered with the log. It ends with the loops. */
  public void start() {
    shares.forEach(share -> share.checks.start());
  }

  /** Joins; the subscriber hears of it by one of its methods. Called on the subscriber's loop. */
  public void join(Joining joining) {
    Subscription subscription = joining.subscription();
    assert subscription.subscriber().loop().inside();
    String name = subscription.channel();
    Strand strand = loops.strand(name);
    strand.run(
        () -> {
          Share share = shares.get(strand.index());
          Channel channel = share.channels.get(name);
          if (channel == null) {
            Channel first = new Channel(name, strand, loops.size(), this, new Tail(share.tails));
            share.channels.put(name, first);
            channels.increment();
            // Joined before it opens, as a broker in memory answers at once.
            first.join(joining);
            first.open();
          } else {
            channel.join(joining);
          }
        });
  }

  /** Leaves, whether the subscription is live yet or not. Called on the subscriber's loop. */
  public void leave(Subscription subscription) {
    assert subscription.subscriber().loop().inside();
    if (subscription.left()) {
      return;
    }
    subscription.leave();
    Subscribers among = subscription.among;
    if (among != null) {
      among.remove(subscription);
      left(among);
    }
  }

  /** How many channels have a subscriber here; called on any thread. */
  public int channels() {
    return channels.intValue();
  }

  /** How many subscribe to a channel here; for any thread. */
  public CompletionStage<Integer> countSubscribers(String name) {
    CompletableFuture<Integer> count = new CompletableFuture<>();
    at(name, channel -> count.complete(channel.total()));
    // Comes after it, and changes nothing if there was a channel.
    loops.strand(name).run(() -> count.complete(0));
    return count;
  }

  /** Nothing that comes from now on is delivered; for any thread. */
  public void silence() {
    silent = true;
  }

  @Override
  public void delivered(String channel, List<Delivery> deliveries) {
    if (!silent) {
      long arrived = System.nanoTime();
      at(channel, there -> there.delivered(deliveries, arrived));
    }
  }

  @Override
  public void renewed(String channel) {
    if (!silent) {
      Strand strand = loops.strand(channel);
      at(channel, there -> shares.get(strand.index()).checks.soon(there));
    }
  }

  private void at(String name, Consumer<Channel> task) {
    Strand strand = loops.strand(name);
    strand.run(
        () -> {
          Channel channel = shares.get(strand.index()).channels.get(name);
          if (channel != null) {
            task.accept(channel);
          }
        });
  }

  void admitted(Joining joining, Subscribers subscribers, Admission admission) {
    try {
      if (joining.subscription().left()) {
        left(subscribers);
      } else {
        subscribers.add(joining, admission);
      }
    } catch (Throwable broken) {
      unanswered(joining, broken);
    } finally {
      if (admission instanceof Admission.Resumed resumed) {
        resumed.replay().release();
      }
    }
  }

  void refused(Joining joining) {
    Subscription subscription = joining.subscription();
    if (!subscription.left()) {
      subscription.leave();
      try {
        subscription.subscriber().unavailable(joining);
      } catch (Throwable broken) {
        unanswered(joining, broken);
      }
    }
  }

  /** Who may not know what became of its subscription starts anew. */
  private static void unanswered(Joining joining, Throwable broken) {
    Subscription subscription = joining.subscription();
    log.error("event=subscriber_failed channel={}", subscription.channel(), broken);
    subscription.subscriber().missed();
  }

  void forget(String name, Strand strand) {
    assert strand.inside();
    if (shares.get(strand.index()).channels.remove(name) != null) {
      channels.decrement();
    }
  }

  Subscribers subscribers(String name, Loop loop) {
    return new Subscribers(
        name, loop, loops.allocator(), compressed.test(name), conflated.test(name), traffic);
  }

  History history() {
    return history;
  }

  Broker broker() {
    return broker;
  }

  boolean silent() {
    return silent;
  }

  boolean away() {
    return away.getAsBoolean();
  }

  Retention retention(String channel) {
    return retention.apply(channel);
  }

  ReplayMemory replays() {
    return replays;
  }

  Traffic traffic() {
    return traffic;
  }

  Dialect dialect() {
    return dialect;
  }

  private void left(Subscribers among) {
    at(among.channel(), channel -> channel.leave(among.loop()));
  }
}
