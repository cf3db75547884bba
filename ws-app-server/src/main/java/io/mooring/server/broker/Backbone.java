package io.mooring.server.broker;

import io.mooring.server.history.History;
import io.mooring.server.history.MemoryHistory;
import io.mooring.server.history.RedisHistory;
import io.mooring.server.loop.Loops;
import io.mooring.server.presence.Holder;
import io.mooring.server.presence.MemoryPresence;
import io.mooring.server.presence.Presence;
import io.mooring.server.presence.RedisPresence;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.Subscriptions;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What carries and keeps messages, and who is present: one link to Redis, or the memory of one
 * server, behind all.
 */
public final class Backbone implements AutoCloseable {
  private final History history;
  private final Broker broker;
  private final Presence presence;
  private final Consumer<Deliveries> start;
  private final Supplier<Optional<String>> down;
  private final Runnable end;

  private Backbone(
      History history,
      Broker broker,
      Presence presence,
      Consumer<Deliveries> start,
      Supplier<Optional<String>> down,
      Runnable end) {
    this.history = history;
    this.broker = broker;
    this.presence = presence;
    this.start = start;
    this.down = down;
    this.end = end;
  }

  /**
   * @throws IllegalArgumentException if the URL is none of Redis
   */
  public static Backbone redis(URI url) {
    return redis(url, publications -> {}, holder -> OptionalLong.empty());
  }

  /**
   * @param appended is given how many publications each call took to the log, on any thread
   * @param dead whether the fleet knows that a holder is dead; called on any thread
   * @throws IllegalArgumentException if the URL is none of Redis
   */
  public static Backbone redis(URI url, IntConsumer appended, Function<Holder, OptionalLong> dead) {
    RedisLink link = new RedisLink(url);
    RedisHistory history = new RedisHistory(link, appended);
    Subscriptions subscriptions = new Subscriptions(link);
    RedisBroker broker = new RedisBroker(subscriptions, history);
    RedisPresence presence = new RedisPresence(link, subscriptions, dead);
    return new Backbone(
        history,
        broker,
        presence,
        deliveries -> {
          broker.start(deliveries);
          presence.start();
          link.start(subscriptions);
        },
        link::downBecause,
        () -> {
          history.close();
          link.close();
        });
  }

  /** For a server that stands alone; closed before the loops. */
  public static Backbone memory(Loops loops) {
    MemoryHistory history = new MemoryHistory(loops);
    MemoryBroker broker = new MemoryBroker(loops, history);
    // Nobody but this server is present in its memory.
    MemoryPresence presence = new MemoryPresence(loops, holder -> OptionalLong.empty());
    return new Backbone(history, broker, presence, broker::start, Optional::empty, () -> {});
  }

  /** The same, with something around its broker. */
  public Backbone through(UnaryOperator<Broker> around) {
    return new Backbone(history, around.apply(broker), presence, start, down, end);
  }

  public History history() {
    return history;
  }

  public Broker broker() {
    return broker;
  }

  public Presence presence() {
    return presence;
  }

  /** Begins to connect; returns before it is connected. Called once, before anything else. */
  public void start(Deliveries deliveries) {
    start.accept(deliveries);
  }

  /**
   * Why nothing can be subscribed to, published or read now; empty when all is well. Asks nobody.
   */
  public Optional<String> unavailableBecause() {
    return down.get();
  }

  @Override
  public void close() {
    end.run();
  }
}
