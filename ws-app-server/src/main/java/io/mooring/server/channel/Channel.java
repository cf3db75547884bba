package io.mooring.server.channel;

import io.mooring.server.broker.Delivery;
import io.mooring.server.broker.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.protocol.Gap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel on this server, from its first subscriber to its last. Belongs to its home loop,
 * which puts deliveries and joins into one order; each loop with subscribers gets both as messages
 * in that order.
 */
final class Channel {
  private static final Logger log = LoggerFactory.getLogger(Channel.class);

  /** How long deliveries up to a position that the log already has may still be on their way. */
  private static final long IN_FLIGHT_MILLIS = 100;

  private static final long RETRY_MILLIS = 1_000;

  private enum State {
    OPENING,
    OPEN,
    CLOSING
  }

  private final String name;
  private final Loop home;
  private final Hub hub;
  private final @Nullable Subscribers[] byLoop;
  private final int[] counts;
  private final List<Subscription> waiting = new ArrayList<>();
  private State state = State.OPENING;
  private int total;

  /** The last delivery; null before the first answer or delivery of the broker. */
  private @Nullable Position position;

  /** The offset at which this server joined the log, last. */
  private long began;

  Channel(String name, Loop home, int loops, Hub hub) {
    this.name = name;
    this.home = home;
    this.hub = hub;
    this.byLoop = new @Nullable Subscribers[loops];
    this.counts = new int[loops];
  }

  void open() {
    assert home.inside();
    state = State.OPENING;
    position = null;
    hub.broker()
        .subscribe(name)
        .whenComplete((top, failure) -> home.run(() -> opened(top, failure)));
  }

  void join(Subscription subscription) {
    assert home.inside();
    Position at = position;
    if (state != State.OPEN || at == null) {
      waiting.add(subscription);
    } else if (hub.broker().unavailableBecause().isPresent()) {
      refuse(subscription);
    } else {
      admit(subscription, at);
    }
  }

  void leave(Loop loop) {
    assert home.inside();
    counts[loop.index()]--;
    total--;
    if (total == 0) {
      state = State.CLOSING;
      hub.broker().unsubscribe(name).whenComplete((done, never) -> home.run(this::closed));
    }
  }

  void delivered(Delivery delivery) {
    assert home.inside();
    Position at = position;
    if (state != State.OPEN || at == null) {
      position = delivery.position();
      return;
    }
    switch (Continuity.of(at, began, delivery)) {
      case NEXT -> deliver(delivery);
      case PAST -> {}
      case HOLE -> {
        lost(Gap.LOG_UNAVAILABLE, before(delivery));
        deliver(delivery);
      }
      case CONTRADICTION -> {
        lost(Gap.EPOCH_CHANGED, before(delivery));
        deliver(delivery);
      }
    }
  }

  /** Compares the log with what was delivered, after an interruption. */
  void renewed() {
    assert home.inside();
    Position at = position;
    if (state == State.OPEN && at != null) {
      hub.broker()
          .top(name)
          .whenComplete((top, failure) -> home.run(() -> compare(at, top, failure)));
    }
  }

  private void opened(@Nullable Position top, @Nullable Throwable failure) {
    if (failure != null || top == null) {
      log.debug("event=subscribe_failed channel={}", name, failure);
      hub.forget(name, home);
      waiting.forEach(this::refuse);
      waiting.clear();
      return;
    }
    Position seen = position;
    boolean newer = seen != null && (!seen.epoch().equals(top.epoch()) || seen.off() > top.off());
    Position start = newer && seen != null ? seen : top;
    position = start;
    began = start.off();
    state = State.OPEN;
    List<Subscription> joining = List.copyOf(waiting);
    waiting.clear();
    joining.forEach(subscription -> admit(subscription, start));
  }

  private void closed() {
    if (waiting.isEmpty()) {
      hub.forget(name, home);
    } else {
      open();
    }
  }

  private void admit(Subscription subscription, Position at) {
    Loop loop = subscription.subscriber().loop();
    counts[loop.index()]++;
    total++;
    Subscribers subscribers = byLoop[loop.index()];
    if (subscribers == null) {
      subscribers = hub.subscribers(name, loop);
      byLoop[loop.index()] = subscribers;
    }
    Subscribers there = subscribers;
    loop.run(() -> hub.admitted(subscription, there, at));
  }

  private void refuse(Subscription subscription) {
    subscription.subscriber().loop().run(() -> hub.refused(subscription));
  }

  private void deliver(Delivery delivery) {
    position = delivery.position();
    send(hub.dialect().message(name, delivery));
  }

  private void lost(Gap reason, Position now) {
    log.info("event=continuity_lost channel={} reason={} position={}", name, reason.word(), now);
    position = now;
    began = now.off();
    send(hub.dialect().lost(name, reason, now));
  }

  private static Position before(Delivery delivery) {
    Position position = delivery.position();
    return new Position(position.epoch(), position.off() - 1, delivery.previousTag());
  }

  private void send(byte[] frame) {
    for (int i = 0; i < byLoop.length; i++) {
      Subscribers subscribers = byLoop[i];
      if (subscribers != null && counts[i] > 0) {
        subscribers.loop().run(() -> subscribers.send(frame));
      }
    }
  }

  /**
   * @param then what had been delivered when the log was asked; whatever the log holds is not older
   */
  private void compare(Position then, @Nullable Position top, @Nullable Throwable failure) {
    Position now = position;
    if (state != State.OPEN || now == null || !now.epoch().equals(then.epoch())) {
      return;
    }
    if (failure != null || top == null) {
      home.executor().schedule(this::renewed, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } else if (!top.epoch().equals(then.epoch())
        || top.off() < then.off()
        || (top.off() == then.off() && top.tag() != then.tag())) {
      lost(Gap.EPOCH_CHANGED, top);
    } else if (top.off() > now.off()) {
      home.executor().schedule(() -> await(top), IN_FLIGHT_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void await(Position top) {
    Position now = position;
    if (state == State.OPEN
        && now != null
        && now.epoch().equals(top.epoch())
        && now.off() < top.off()) {
      lost(Gap.LOG_UNAVAILABLE, top);
    }
  }
}
