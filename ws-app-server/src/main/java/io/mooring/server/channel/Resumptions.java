package io.mooring.server.channel;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Gap;
import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.loop.Strand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who come back to a channel: each gets everything since its position, or the reason why that
 * cannot be had. What is still in memory is taken from there; else the log is read, once for all
 * who ask for the same, and a few times at once at most: where many come back from positions of
 * their own, as after the end of a server, the read from farthest back is memory for the others.
 * Belongs to the channel's strand.
 *
 * <p>A read joins the live messages without a gap or a double: it counts only if the tail holds
 * what follows the top that it saw, and the subscriber is admitted in the same turn.
 */
final class Resumptions {
  private static final Logger log = LoggerFactory.getLogger(Resumptions.class);

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long RETRY_MILLIS = 200;
  private static final int MOST_IN_THE_AIR = 2;

  /** What becomes of them. */
  interface Outcome {
    void admit(Joining joining, Admission admission);

    /**
     * The log cannot be asked now, or there is no memory for what it holds; the client may try
     * again with the same position.
     */
    void refuse(Joining joining);

    /** Nobody waits for a certain read any more. */
    void settled();

    /** A message of the log as it goes to clients. */
    byte[] encode(Delivery delivery);
  }

  /**
   * Somebody who waits for a read.
   *
   * @param boardedNanos by {@link System#nanoTime}
   */
  private record Passenger(Joining joining, Position since, long boardedNanos) {}

  /** A read, and those who wait for it, in the order in which they came. */
  private static final class Flight {
    final long after;
    final ArrayDeque<Passenger> aboard = new ArrayDeque<>();

    /** So many were aboard when the read began; for the others it may be too old. */
    int atDeparture;

    Flight(long after) {
      this.after = after;
    }
  }

  private final String channel;
  private final Strand strand;
  private final History history;
  private final BooleanSupplier away;
  private final Retention retention;
  private final Sequence sequence;
  private final Tail tail;
  private final ReplayMemory memory;
  private final Outcome outcome;
  private final Map<Long, Flight> flights = new HashMap<>();

  /** Those of them that wait until others have landed. */
  private final NavigableMap<Long, Flight> grounded = new TreeMap<>();

  private int inTheAir;
  private boolean ended;

  /** The last one, and where it leads from and to. */
  private Replay prepared = Replay.NOTHING;

  private long preparedAfter;
  private @Nullable Position preparedUpTo;

  /**
   * @param away whether the log cannot be asked now
   */
  Resumptions(
      String channel,
      Strand strand,
      History history,
      BooleanSupplier away,
      Retention retention,
      Sequence sequence,
      Tail tail,
      ReplayMemory memory,
      Outcome outcome) {
    this.channel = channel;
    this.strand = strand;
    this.history = history;
    this.away = away;
    this.retention = retention;
    this.sequence = sequence;
    this.tail = tail;
    this.memory = memory;
    this.outcome = outcome;
  }

  /** Whether nobody waits. */
  boolean idle() {
    return flights.isEmpty();
  }

  void end() {
    ended = true;
    forgetPrepared();
  }

  void forgetPrepared() {
    prepared.release();
    prepared = Replay.NOTHING;
    preparedUpTo = null;
  }

  void resume(Joining joining, Position since) {
    assert strand.inside();
    if (!remembers(joining, since)) {
      board(joining, since);
    }
  }

  /**
   * Answers from what is in memory.
   *
   * @return false if it does not reach back that far
   */
  private boolean remembers(Joining joining, Position since) {
    Position now = sequence.position();
    if (since.equals(now)) {
      outcome.admit(joining, new Admission.Resumed(since, Replay.NOTHING, now));
      return true;
    }
    boolean inTail = since.epoch().equals(now.epoch()) && since.off() < now.off();
    long tag = inTail ? tail.tagAt(since.off()) : Excerpt.NOT_HELD;
    if (tag == Excerpt.NOT_HELD) {
      return false;
    }
    if (tag == since.tag()) {
      replay(joining, since, now, tail.after(since.off()));
    } else {
      outcome.admit(joining, new Admission.Broken(Gap.EPOCH_CHANGED, now));
    }
    return true;
  }

  private void board(Joining joining, Position since) {
    if (away.getAsBoolean()) {
      outcome.refuse(joining);
      return;
    }
    Passenger passenger = new Passenger(joining, since, System.nanoTime());
    Flight flight = flights.get(since.off());
    if (flight != null) {
      flight.aboard.add(passenger);
      return;
    }
    Flight first = new Flight(since.off());
    first.aboard.add(passenger);
    flights.put(since.off(), first);
    takeOff(first);
  }

  private void takeOff(Flight flight) {
    if (inTheAir < MOST_IN_THE_AIR) {
      depart(flight);
    } else {
      grounded.put(flight.after, flight);
    }
  }

  /** Lets those take off for whom there is room now, unless what has landed answers them. */
  private void clearForTakeOff() {
    while (!ended && inTheAir < MOST_IN_THE_AIR && !grounded.isEmpty()) {
      Flight flight = Objects.requireNonNull(grounded.pollFirstEntry()).getValue();
      try {
        remember(flight);
      } catch (Throwable broken) {
        abort(flight, broken);
      }
    }
  }

  private void remember(Flight flight) {
    for (int left = flight.aboard.size(); left > 0; left--) {
      Passenger next = flight.aboard.element();
      boolean answered = remembers(next.joining, next.since);
      flight.aboard.remove();
      if (!answered) {
        flight.aboard.add(next);
      }
    }
    if (flight.aboard.isEmpty()) {
      over(flight);
    } else {
      depart(flight);
    }
  }

  private void depart(Flight flight) {
    if (ended) {
      return;
    }
    Position then = sequence.position();
    flight.atDeparture = flight.aboard.size();
    inTheAir++;
    try {
      history
          .read(channel, flight.after, Replay.MOST_MESSAGES, Replay.MOST_BYTES, retention)
          .whenComplete((read, failure) -> strand.run(() -> landed(flight, then, read)));
    } catch (RuntimeException broken) {
      inTheAir--;
      abort(flight, broken);
    }
  }

  private void landed(Flight flight, Position then, @Nullable Excerpt read) {
    inTheAir--;
    if (ended) {
      return;
    }
    try {
      if (read == null) {
        unread(flight);
      } else {
        answer(flight, then, read);
      }
    } catch (Throwable broken) {
      abort(flight, broken);
    }
    clearForTakeOff();
  }

  /** Whatever goes wrong, nobody waits for ever. */
  private void abort(Flight flight, Throwable broken) {
    log.error("event=resume_failed channel={}", channel, broken);
    refuseAll(flight);
  }

  private void answer(Flight flight, Position then, Excerpt read) {
    sequence.witnessed(then, read);
    Position now = sequence.position();
    List<byte[]> frames = joined(read, now);
    int inTime = flight.atDeparture;
    for (int left = flight.aboard.size(); left > 0; left--) {
      Passenger next = flight.aboard.element();
      boolean answered = answered(next, read, inTime > 0, frames, now);
      inTime--;
      flight.aboard.remove();
      if (!answered) {
        flight.aboard.add(next);
      }
    }
    if (flight.aboard.isEmpty()) {
      over(flight);
    } else if (frames == null) {
      again(flight);
    } else {
      depart(flight);
    }
  }

  /**
   * Gives one what the read says of its position.
   *
   * @param inTime whether it was aboard before the read began
   * @param frames null if the read does not join what is live
   * @return false if it has to wait for another read
   */
  private boolean answered(
      Passenger passenger,
      Excerpt read,
      boolean inTime,
      @Nullable List<byte[]> frames,
      Position now) {
    Optional<Gap> gap = read.gapSince(passenger.since);
    if (gap.isPresent()) {
      if (inTime) {
        outcome.admit(passenger.joining, new Admission.Broken(gap.get(), now));
      }
      return inTime;
    }
    if (frames == null) {
      return false;
    }
    replay(passenger.joining, passenger.since, now, frames);
    return true;
  }

  private void unread(Flight flight) {
    if (away.getAsBoolean()) {
      refuseAll(flight);
    } else {
      again(flight);
    }
  }

  private void refuseAll(Flight flight) {
    flight.aboard.forEach(waiting -> outcome.refuse(waiting.joining));
    over(flight);
  }

  /** Tries again a little later, for those who have not waited for too long. */
  private void again(Flight flight) {
    long now = System.nanoTime();
    Position position = sequence.position();
    for (int left = flight.aboard.size(); left > 0; left--) {
      Passenger next = flight.aboard.element();
      boolean patient = now - next.boardedNanos < PATIENCE_NANOS;
      if (!patient) {
        outcome.admit(next.joining, new Admission.Broken(Gap.LOG_UNAVAILABLE, position));
      }
      flight.aboard.remove();
      if (patient) {
        flight.aboard.add(next);
      }
    }
    if (flight.aboard.isEmpty()) {
      over(flight);
    } else {
      strand.schedule(() -> takeOff(flight), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Comes after the last of them was answered: who has left meanwhile is taken back at once, and
   * the channel must not end under those who are still to be admitted.
   */
  private void over(Flight flight) {
    flights.remove(flight.after);
    outcome.settled();
  }

  /**
   * Everything from where the read begins to where the subscribers are.
   *
   * @return null if the tail does not hold what follows the read, or the read not all of its part
   */
  private @Nullable List<byte[]> joined(Excerpt read, Position now) {
    Position top = read.top();
    if (!top.epoch().equals(now.epoch()) || read.more() || now.off() < top.off()) {
      return null;
    }
    boolean same = now.off() == top.off() && now.tag() == top.tag();
    if (!same && tail.tagAt(top.off()) != top.tag()) {
      return null;
    }
    List<byte[]> frames = new ArrayList<>();
    List<Tail.Message> messages = new ArrayList<>();
    long sent = System.nanoTime();
    for (Delivery delivery : read.deliveries()) {
      Position at = delivery.position();
      byte[] frame = outcome.encode(delivery);
      frames.add(frame);
      messages.add(new Tail.Message(at.off(), delivery.previousTag(), at.tag(), frame, sent));
    }
    if (!same) {
      frames.addAll(tail.after(top.off()));
    }
    tail.lead(messages);
    return frames;
  }

  private void replay(Joining joining, Position since, Position now, List<byte[]> frames) {
    if (Replay.exceeded(frames)) {
      outcome.admit(joining, new Admission.Broken(Gap.TOO_MANY, now));
    } else if (prepare(since, now, frames)) {
      outcome.admit(joining, new Admission.Resumed(since, prepared, now));
    } else {
      outcome.refuse(joining);
    }
  }

  /**
   * @return false if there is no memory for it now
   */
  private boolean prepare(Position since, Position now, List<byte[]> frames) {
    if (preparedAfter == since.off() && now.equals(preparedUpTo)) {
      return true;
    }
    forgetPrepared();
    Optional<Replay> made = Replay.of(frames, memory);
    made.ifPresent(
        replay -> {
          prepared = replay;
          preparedAfter = since.off();
          preparedUpTo = now;
        });
    return made.isPresent();
  }
}
