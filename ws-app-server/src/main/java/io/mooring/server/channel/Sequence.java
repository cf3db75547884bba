package io.mooring.server.channel;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Gap;
import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.loop.Strand;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of a channel's publications on this server. Deliveries are a hint: what is missing
 * between them is read from the log, and where the log contradicts what was delivered before, the
 * subscribers are told. Belongs to the channel's strand.
 */
final class Sequence {
  private static final Logger log = LoggerFactory.getLogger(Sequence.class);

  /** How long what is missing may still be on its way. */
  private static final long IN_FLIGHT_MILLIS = 50;

  /** The same for what only a comparison with the log has shown: no delivery has come after it. */
  private static final long UNHEARD_MILLIS = 500;

  private static final long RETRY_MILLIS = 500;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int READ_MESSAGES = 1_000;
  private static final int READ_BYTES = 1 << 20;

  /** What becomes of the publications. */
  interface Listener {
    /** The tag of a publication that it was given, or {@link Excerpt#NOT_HELD}. */
    long tagAt(long off);

    /** The next publication. */
    void next(Delivery delivery);

    /** What lies between the last publication and {@code now} cannot be had. */
    void lost(Gap gap, Position now);

    /** Publications did not arrive by themselves: the subscription at the broker is deaf. */
    void deaf();
  }

  private final String channel;
  private final Strand strand;
  private final History history;
  private final Retention retention;
  private final Listener listener;
  private final Held held = new Held();

  /** What comes while a new epoch is awaited. */
  private final Pending queued = new Pending();

  private Position position;

  /** Deliveries up to this offset may be under way: it joined the log there, or read it, last. */
  private long began;

  /** The highest offset of this epoch that is known of. */
  private long known;

  /** The epoch before this one, if its publications kept their offsets and tags in this one. */
  private @Nullable String former;

  /** Whether what is missing is being read, or will be. */
  private boolean healing;

  /** The highest offset of this epoch that was delivered, whether it was the next one or not. */
  private long heard;

  private long holeNanos;
  private boolean renewing;
  private boolean ended;

  Sequence(
      String channel,
      Strand strand,
      History history,
      Retention retention,
      Listener listener,
      Position start) {
    this.channel = channel;
    this.strand = strand;
    this.history = history;
    this.retention = retention;
    this.listener = listener;
    this.position = start;
    this.began = start.off();
    this.known = start.off();
  }

  /** Where the subscribers are, once they have what was sent to them. */
  Position position() {
    return position;
  }

  /** Nothing is heard of it any more. */
  void end() {
    ended = true;
  }

  void delivered(Delivery received) {
    assert strand.inside();
    if (renewing) {
      queued.add(received);
      return;
    }
    Delivery delivery = present(received);
    take(delivery);
    if (delivery.position().epoch().equals(position.epoch())) {
      heard = Math.max(heard, delivery.position().off());
    }
    drain();
  }

  /**
   * What the log's top was, some time after the subscribers were at {@code then}.
   *
   * @param top null if there is no log
   */
  void compared(Position then, @Nullable Position top) {
    assert strand.inside();
    if (ended || renewing || !position.epoch().equals(then.epoch())) {
      return;
    }
    if (top == null) {
      begin(then);
    } else if (!top.epoch().equals(then.epoch())) {
      restart(top);
    } else if (contradicts(then, top)) {
      renew(null, top);
    } else if (top.off() > position.off()) {
      missing(top.off(), UNHEARD_MILLIS);
      later(() -> judgeHearing(top), UNHEARD_MILLIS);
    }
  }

  /** Whoever read it meanwhile, and whether the log still holds it: it should have been heard. */
  private void judgeHearing(Position top) {
    if (!ended && position.epoch().equals(top.epoch()) && heard < top.off()) {
      listener.deaf();
    }
  }

  /**
   * What was read from the log, some time after the subscribers were at {@code then}; whatever of
   * it has not been delivered yet is delivered now.
   */
  void witnessed(Position then, Excerpt read) {
    assert strand.inside();
    if (ended || renewing || !position.epoch().equals(then.epoch())) {
      return;
    }
    Position top = read.top();
    if (!top.epoch().equals(position.epoch())) {
      restart(top);
      return;
    }
    if (contradicts(then, top)
        || (read.after() == position.off()
            && read.tagAfter() != Excerpt.NOT_HELD
            && read.tagAfter() != position.tag())) {
      renew(null, top);
      return;
    }
    known = Math.max(known, top.off());
    for (Delivery delivery : read.deliveries()) {
      // What it hands on may drive out the last subscriber.
      if (ended) {
        return;
      }
      // Where the log has forgotten what was before, nothing shows that this one continues it.
      if (delivery.position().off() == position.off() + 1
          && delivery.previousTag() != Excerpt.NOT_HELD
          && !renewing) {
        take(delivery);
        began = position.off();
      }
    }
    drain();
    if (position.off() < known) {
      missing(known, IN_FLIGHT_MILLIS);
    }
  }

  private static boolean contradicts(Position then, Position top) {
    return top.off() < then.off() || (top.off() == then.off() && top.tag() != then.tag());
  }

  private void take(Delivery delivery) {
    long off = delivery.position().off();
    switch (Continuity.of(position, began, listener.tagAt(off), delivery)) {
      case NEXT -> next(delivery);
      case PAST -> {}
      case HOLE -> hold(delivery);
      case CONTRADICTION -> {
        if (delivery.position().epoch().equals(position.epoch())) {
          renew(delivery, before(delivery));
        } else {
          restart(before(delivery));
          next(delivery);
        }
      }
    }
  }

  private void next(Delivery delivery) {
    position = delivery.position();
    known = Math.max(known, position.off());
    listener.next(delivery);
  }

  private void hold(Delivery delivery) {
    held.add(delivery);
    missing(delivery.position().off(), IN_FLIGHT_MILLIS);
  }

  /** Takes what was held, as far as there is no hole. */
  private void drain() {
    while (!renewing && held.reaches(position.off() + 1)) {
      take(held.remove());
    }
  }

  private void missing(long upTo, long patienceMillis) {
    known = Math.max(known, upTo);
    if (!healing) {
      healing = true;
      holeNanos = System.nanoTime();
      later(this::heal, patienceMillis);
    }
  }

  private void heal() {
    if (ended || renewing || position.off() >= known) {
      healing = false;
      return;
    }
    Position at = position;
    history
        .read(channel, at.off(), READ_MESSAGES, READ_BYTES, retention)
        .whenComplete((read, failure) -> strand.run(() -> healed(at, read, failure)));
  }

  private void healed(Position at, @Nullable Excerpt read, @Nullable Throwable failure) {
    if (ended || renewing) {
      healing = false;
      return;
    }
    if (read == null) {
      log.debug("event=hole_unread channel={}", channel, failure);
      again(Gap.LOG_UNAVAILABLE);
      return;
    }
    Position before = position;
    Optional<Gap> gap = before.equals(at) ? read.gapSince(at) : Optional.empty();
    witnessed(at, read);
    if (renewing || !position.epoch().equals(at.epoch())) {
      healing = false;
      return;
    }
    if (position.off() >= known) {
      healing = false;
    } else if (gap.filter(Sequence::isPermanent).isPresent()) {
      healing = false;
      giveUp(gap.get(), read.top());
    } else if (position.equals(before)) {
      again(Gap.LOG_UNAVAILABLE);
    } else {
      holeNanos = System.nanoTime();
      heal();
    }
  }

  private static boolean isPermanent(Gap gap) {
    return switch (gap) {
      case TRIMMED, TTL_EXPIRED -> true;
      case EPOCH_CHANGED, TOO_MANY, LOG_UNAVAILABLE -> false;
    };
  }

  private void again(Gap atLast) {
    if (System.nanoTime() - holeNanos < PATIENCE_NANOS) {
      later(this::heal, RETRY_MILLIS);
    } else {
      healing = false;
      giveUp(atLast, null);
    }
  }

  /**
   * Goes on beyond a hole.
   *
   * @param top where the log ends, if that is known and nothing is held
   */
  private void giveUp(Gap gap, @Nullable Position top) {
    if (!held.isEmpty()) {
      lost(gap, before(held.first()));
      drain();
    } else if (top != null) {
      lost(gap, top);
    }
    // Else the next delivery, or comparison, tells where to go on.
    if (position.off() < known && (top != null || !held.isEmpty())) {
      missing(known, IN_FLIGHT_MILLIS);
    } else {
      known = position.off();
    }
  }

  private void lost(Gap gap, Position now) {
    log.info("event=continuity_lost channel={} reason={} position={}", channel, gap.word(), now);
    position = now;
    began = now.off();
    listener.lost(gap, now);
  }

  /** Goes on in another log. */
  private void restart(Position now) {
    former = null;
    held.clear();
    known = now.off();
    heard = 0;
    lost(Gap.EPOCH_CHANGED, now);
  }

  private void begin(Position then) {
    history
        .top(channel, retention)
        .whenComplete(
            (top, failure) ->
                strand.run(
                    () -> {
                      if (top != null) {
                        compared(then, top);
                      }
                    }));
  }

  /**
   * The log was rolled back: it has handed out offsets again that were delivered before. A new
   * epoch makes that plain to everyone who was there.
   *
   * @param cause the delivery that showed it; null if the log itself did
   * @param now where to go on
   */
  private void renew(@Nullable Delivery cause, Position now) {
    renewing = true;
    if (cause != null) {
      queued.add(cause);
    }
    String old = position.epoch();
    history
        .renew(channel, old, retention)
        .whenComplete((top, failure) -> strand.run(() -> renewed(old, now, top, failure)));
  }

  private void renewed(
      String old, Position now, @Nullable Position top, @Nullable Throwable failure) {
    renewing = false;
    if (ended) {
      return;
    }
    if (top == null) {
      // The positions of before are told apart by their tags all the same.
      log.warn("event=epoch_not_renewed channel={}", channel, failure);
      restart(now);
    } else if (top.off() < now.off()) {
      restart(top);
    } else {
      restart(new Position(top.epoch(), now.off(), now.tag()));
      former = top.epoch().equals(old) ? null : old;
      known = Math.max(known, top.off());
    }
    queued.take().forEach(this::delivered);
    if (!renewing && position.off() < known) {
      missing(known, IN_FLIGHT_MILLIS);
    }
  }

  /** What was published under the former epoch stands in this one, too. */
  private Delivery present(Delivery delivery) {
    Position at = delivery.position();
    return at.epoch().equals(former)
        ? new Delivery(
            new Position(position.epoch(), at.off(), at.tag()),
            delivery.previousTag(),
            delivery.key(),
            delivery.from(),
            delivery.data())
        : delivery;
  }

  private static Position before(Delivery delivery) {
    Position at = delivery.position();
    return new Position(at.epoch(), at.off() - 1, delivery.previousTag());
  }

  private void later(Runnable task, long millis) {
    strand.schedule(task, millis, TimeUnit.MILLISECONDS);
  }
}
