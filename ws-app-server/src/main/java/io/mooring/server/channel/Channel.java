package io.mooring.server.channel;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Gap;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel on this server, from its first subscriber to its last. Belongs to its strand, which
 * puts deliveries and joins into one order; each loop with subscribers gets both as messages in
 * that order.
 */
final class Channel implements Sequence.Listener, Resumptions.Outcome {
  private static final Logger log = LoggerFactory.getLogger(Channel.class);

  /** Often enough that a few failures do no harm, and seldom enough to cost nothing. */
  private static final int KEPT_PER_META_TTL = 4;

  private enum State {
    OPENING,
    OPEN,
    CLOSING
  }

  private final String name;
  private final Strand strand;
  private final Hub hub;
  private final Retention retention;
  private final Tail tail;
  private final @Nullable Subscribers[] byLoop;
  private final int[] counts;
  private final List<Joining> waiting = new ArrayList<>();

  /** What comes while the log's top is not known yet. */
  private final Pending early = new Pending();

  private final List<Update> outgoing = new ArrayList<>();
  private State state = State.OPENING;

  /** When its log was last kept; absent if it was not since it opened. */
  private OptionalLong keptNanos = OptionalLong.empty();

  private int total;
  private boolean gathering;

  /** What is under way at the broker; one call at a time. */
  private CompletionStage<Void> resubscribed = CompletableFuture.completedFuture(null);

  /** Both are there while it is open. */
  private @Nullable Sequence sequence;

  private @Nullable Resumptions resumptions;

  Channel(String name, Strand strand, int loops, Hub hub, Tail tail) {
    this.name = name;
    this.strand = strand;
    this.hub = hub;
    this.retention = hub.retention(name);
    this.tail = tail;
    this.byLoop = new @Nullable Subscribers[loops];
    this.counts = new int[loops];
  }

  String name() {
    return name;
  }

  /** Where its subscribers are; null while it is not open. */
  @Nullable Position position() {
    return sequence == null ? null : sequence.position();
  }

  void open() {
    assert strand.inside();
    state = State.OPENING;
    hub.broker()
        .subscribe(name)
        .thenCompose(subscribed -> hub.history().top(name, retention))
        .whenComplete((top, failure) -> strand.run(() -> opened(top, failure)));
  }

  void join(Joining joining) {
    assert strand.inside();
    if (sequence == null || resumptions == null) {
      waiting.add(joining);
      return;
    }
    Position since = joining.since();
    if (since == null) {
      admit(joining, new Admission.Fresh(sequence.position()));
    } else {
      resumptions.resume(joining, since);
    }
  }

  /** How many subscribe here. */
  int total() {
    assert strand.inside();
    return total;
  }

  void leave(Loop loop) {
    assert strand.inside();
    counts[loop.index()]--;
    total--;
    closeIfDeserted();
  }

  /**
   * @param arrivedNanos by {@link System#nanoTime}
   */
  void delivered(List<Delivery> deliveries, long arrivedNanos) {
    assert strand.inside();
    if (sequence != null) {
      gathering = true;
      try {
        deliveries.forEach(sequence::delivered);
      } finally {
        gathering = false;
        send(arrivedNanos);
      }
    } else if (state == State.OPENING) {
      deliveries.forEach(early::add);
    }
  }

  /** See {@link Sequence#compared}. */
  void compared(Position then, @Nullable Position top) {
    assert strand.inside();
    if (sequence != null) {
      sequence.compared(then, top);
    }
  }

  /** Drops what is too old to be asked for. */
  void age(long nowNanos) {
    assert strand.inside();
    tail.dropOlderThan(nowNanos - Tail.KEPT_NANOS);
    if (resumptions != null) {
      resumptions.forgetPrepared();
    }
  }

  /** For how long its log is to be kept, should it be time to say so again. */
  Optional<Duration> keepFor(long nowNanos) {
    assert strand.inside();
    long often = retention.metaTtl().toNanos() / KEPT_PER_META_TTL;
    return keptNanos.isPresent() && nowNanos - keptNanos.getAsLong() < often
        ? Optional.empty()
        : Optional.of(retention.metaTtl());
  }

  void kept(long nowNanos) {
    assert strand.inside();
    keptNanos = OptionalLong.of(nowNanos);
  }

  private void opened(@Nullable Position top, @Nullable Throwable failure) {
    if (top == null) {
      log.debug("event=subscribe_failed channel={}", name, failure);
      waiting.forEach(this::refuse);
      waiting.clear();
      close();
      return;
    }
    keptNanos = OptionalLong.empty();
    // What was kept before it ended may lack what was published since.
    tail.clear();
    Sequence order = new Sequence(name, strand, hub.history(), retention, this, top);
    sequence = order;
    resumptions =
        new Resumptions(
            name, strand, hub.history(), hub::away, retention, order, tail, hub.replays(), this);
    state = State.OPEN;
    early.take().forEach(order::delivered);
    List<Joining> joining = List.copyOf(waiting);
    waiting.clear();
    joining.forEach(this::join);
    closeIfDeserted();
  }

  private void closeIfDeserted() {
    if (total == 0 && resumptions != null && resumptions.idle()) {
      close();
    }
  }

  private void close() {
    state = State.CLOSING;
    if (sequence != null && resumptions != null) {
      sequence.end();
      resumptions.end();
      sequence = null;
      resumptions = null;
    }
    tail.clear();
    early.clear();
    resubscribed
        .handle((done, failure) -> hub.broker().unsubscribe(name))
        .thenCompose(unsubscribed -> unsubscribed)
        .whenComplete((done, never) -> strand.run(this::closed));
  }

  private void closed() {
    if (waiting.isEmpty()) {
      hub.forget(name, strand);
    } else {
      open();
    }
  }

  @Override
  public void admit(Joining joining, Admission admission) {
    send(System.nanoTime());
    if (sequence == null) {
      // What was sent drove out the last subscriber, and the channel ended: it opens anew.
      waiting.add(joining);
      return;
    }
    Loop loop = joining.subscription().subscriber().loop();
    counts[loop.index()]++;
    total++;
    Subscribers subscribers = byLoop[loop.index()];
    if (subscribers == null) {
      subscribers = hub.subscribers(name, loop);
      byLoop[loop.index()] = subscribers;
    }
    Subscribers there = subscribers;
    if (admission instanceof Admission.Resumed resumed) {
      resumed.replay().retain();
    }
    strand.tell(loop, () -> hub.admitted(joining, there, admission));
  }

  @Override
  public void refuse(Joining joining) {
    strand.tell(joining.subscription().subscriber().loop(), () -> hub.refused(joining));
  }

  @Override
  public void settled() {
    closeIfDeserted();
  }

  @Override
  public byte[] encode(Delivery delivery) {
    return hub.dialect().message(name, delivery);
  }

  @Override
  public long tagAt(long off) {
    return tail.tagAt(off);
  }

  @Override
  public void next(Delivery delivery) {
    if (sequence == null) {
      // What was sent before it has driven out the last subscriber.
      return;
    }
    Position at = delivery.position();
    byte[] frame = encode(delivery);
    tail.add(
        new Tail.Message(at.off(), delivery.previousTag(), at.tag(), frame, System.nanoTime()));
    send(new Update(delivery.key(), frame));
  }

  @Override
  public void lost(Gap gap, Position now) {
    tail.clear();
    hub.traffic().lost(gap);
    send(new Update("", hub.dialect().lost(name, gap, now, retention.keys() > 0)));
  }

  @Override
  public void deaf() {
    log.warn("event=deaf_subscription channel={} action=\"subscribing anew\"", name);
    resubscribed =
        resubscribed
            .handle((done, failure) -> hub.broker().resubscribe(name))
            .thenCompose(subscribed -> subscribed);
  }

  private void send(Update update) {
    outgoing.add(update);
    if (!gathering) {
      send(System.nanoTime());
    }
  }

  private void send(long arrivedNanos) {
    if (outgoing.isEmpty()) {
      return;
    }
    List<Update> updates = List.copyOf(outgoing);
    outgoing.clear();
    if (hub.silent()) {
      return;
    }
    for (int i = 0; i < byLoop.length; i++) {
      Subscribers subscribers = byLoop[i];
      if (subscribers != null && counts[i] > 0) {
        strand.tell(
            subscribers.loop(),
            () -> updates.forEach(update -> subscribers.send(update, arrivedNanos)));
      }
    }
  }
}
