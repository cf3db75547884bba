package io.mooring.server.channel;

import io.mooring.server.broker.Broker;
import io.mooring.server.broker.Deliveries;
import io.mooring.server.broker.Delivery;
import io.mooring.server.broker.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.protocol.Dialect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The channels that somebody on this server subscribes to. Every channel lives on its home loop;
 * this class brings what concerns it there, and keeps nothing that two loops would share.
 */
public final class Hub implements Deliveries {
  private final Loops loops;
  private final Broker broker;
  private final Dialect dialect;
  private final LongConsumer sent;
  private final List<Map<String, Channel>> byHome = new ArrayList<>();
  private final LongAdder channels = new LongAdder();
  private volatile boolean silent;

  /**
   * @param sent counts messages to clients
   */
  public Hub(Loops loops, Broker broker, Dialect dialect, LongConsumer sent) {
    this.loops = loops;
    this.broker = broker;
    this.dialect = dialect;
    this.sent = sent;
    for (int i = 0; i < loops.size(); i++) {
      byHome.add(new HashMap<>());
    }
  }

  /** Joins; the subscriber hears of it by one of its methods. Called on the subscriber's loop. */
  public void join(Subscription subscription) {
    assert subscription.subscriber().loop().inside();
    String name = subscription.channel();
    Loop home = loops.home(name);
    home.run(
        () -> {
          Channel channel = byHome.get(home.index()).get(name);
          if (channel == null) {
            Channel first = new Channel(name, home, loops.size(), this);
            byHome.get(home.index()).put(name, first);
            channels.increment();
            // Joined before it opens, as a broker in memory answers at once.
            first.join(subscription);
            first.open();
          } else {
            channel.join(subscription);
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

  /** Nothing that comes from now on is delivered; for any thread. */
  public void silence() {
    silent = true;
  }

  @Override
  public void delivered(String channel, Delivery delivery) {
    if (!silent) {
      at(channel, there -> there.delivered(delivery));
    }
  }

  @Override
  public void renewed(String channel) {
    if (!silent) {
      at(channel, Channel::renewed);
    }
  }

  private void at(String name, Consumer<Channel> task) {
    Loop home = loops.home(name);
    home.run(
        () -> {
          Channel channel = byHome.get(home.index()).get(name);
          if (channel != null) {
            task.accept(channel);
          }
        });
  }

  void admitted(Subscription subscription, Subscribers subscribers, Position position) {
    if (subscription.left()) {
      left(subscribers);
    } else {
      subscribers.add(subscription, position);
    }
  }

  void refused(Subscription subscription) {
    if (!subscription.left()) {
      subscription.leave();
      subscription.subscriber().unavailable(subscription);
    }
  }

  void forget(String name, Loop home) {
    assert home.inside();
    if (byHome.get(home.index()).remove(name) != null) {
      channels.decrement();
    }
  }

  Subscribers subscribers(String name, Loop loop) {
    return new Subscribers(name, loop, loops.allocator(), sent);
  }

  Broker broker() {
    return broker;
  }

  Dialect dialect() {
    return dialect;
  }

  private void left(Subscribers among) {
    at(among.channel(), channel -> channel.leave(among.loop()));
  }
}
