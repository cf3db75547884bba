package io.mooring.e2e.ledger;

import io.mooring.e2e.ledger.ChannelLog.Branch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber saw of one channel: stretches without a gap, each begun by an answer that
 * says why the one before it could not go on. Belongs to the ledger's thread.
 */
public final class Reader {
  private static final BitSet NONE = new BitSet();

  private final Ledger ledger;
  private final String name;
  private final String channel;
  private final List<Stretch> stretches = new ArrayList<>();

  /** The numbers of all messages that came, by publisher. */
  private final Map<Integer, BitSet> had = new HashMap<>();

  /** Up to which offset the last resume that was called complete owes messages; 0 for none. */
  private long owed;

  /** Whether nothing has come since the last resume that was called complete. */
  private boolean resumed;

  private long lastResumedAt = Long.MIN_VALUE;

  /** Whether a message may be left out for a later one of its key. */
  private boolean conflated;

  /** A gapless run of messages, from the one after {@code from} to {@code to}. */
  private static final class Stretch {
    final String epoch;
    final long from;
    final long begunAt;
    long to;
    @Nullable Branch branch;

    Stretch(Position position, long begunAt) {
      this.epoch = position.epoch();
      this.from = position.off();
      this.to = position.off();
      this.begunAt = begunAt;
    }
  }

  /** An acknowledged message and its place; times in nanoseconds. */
  record Stored(
      Publication publication,
      Position position,
      Branch branch,
      long intendedAt,
      long acknowledgedAt) {}

  Reader(Ledger ledger, String name, String channel) {
    this.ledger = ledger;
    this.name = name;
    this.channel = channel;
  }

  /** Subscribed for the first time: live from {@code position} on. */
  public void began(Position position) {
    begin(position);
  }

  /** Told that of what is not replayed, a message may be left out for a later one of its key. */
  public void conflated() {
    conflated = true;
  }

  /** A resume was answered by a failure, whatever the subscriber makes of it. */
  public void resumeFailed(String reason) {
    ledger.resumed(reason);
  }

  /**
   * A resume was called complete.
   *
   * @param asked the position that was sent
   * @param answered the position that came back, which must be the same
   */
  public void resumed(Position asked, Position answered) {
    ledger.resumed(Verdict.RECOVERED);
    if (!asked.equals(answered)) {
      ledger.violated(
          Violation.Kind.UNTRUE_RESUME,
          "%s asked for what follows %s and was answered %s".formatted(this, asked, answered));
    }
  }

  /** Told that what lies between the last message and {@code position} cannot be had. */
  public void lost(Position position, String reason) {
    ledger.told(reason);
    begin(position);
  }

  /**
   * Goes on with what a complete resume brings.
   *
   * @param position the last that this subscriber had
   * @param owed the offset of the last message that was announced as replayed
   */
  public void recovered(Position position, long owed) {
    Stretch last = stretches.isEmpty() ? null : stretches.getLast();
    if (last == null || !last.epoch.equals(position.epoch()) || last.to != position.off()) {
      ledger.violated(Violation.Kind.UNTRUE_RESUME, "%s resumed at %s".formatted(this, position));
      begin(position);
    }
    this.owed = owed;
    this.resumed = true;
    this.lastResumedAt = ledger.now();
  }

  /** The connection has ended: what was still to be replayed is not owed any more. */
  public void cut() {
    owed = 0;
    resumed = false;
  }

  /** Came before the answer to the request, so that its place is unknown. */
  public void unasked(Publication publication) {
    ledger.violated(Violation.Kind.PHANTOM, "%s got %s unasked".formatted(this, publication));
  }

  /** One connection brought a message that does not follow the one before it. */
  public void broken(Position before, long off) {
    ledger.violated(Violation.Kind.HOLE, "%s was sent %d after %s".formatted(this, off, before));
  }

  /** Delivered as the next message. */
  public void delivered(long off, long tag, Publication publication) {
    ledger.counted();
    if (stretches.isEmpty()) {
      unasked(publication);
      return;
    }
    Stretch last = stretches.getLast();
    Branch branch = ledger.seen(channel, new Position(last.epoch, off, tag), publication);
    if (had(publication)) {
      ledger.violated(Violation.Kind.TWICE, "%s got %s again".formatted(this, publication));
      return;
    }
    if (publication.number() >= 0) {
      had.computeIfAbsent(publication.publisher(), any -> new BitSet()).set(publication.number());
    }
    if (off <= last.to) {
      ledger.violated(
          last.branch == branch || last.branch == null
              ? Violation.Kind.DISORDER
              : Violation.Kind.UNTOLD_ROLLBACK,
          "%s got %d after %d".formatted(this, off, last.to));
      return;
    }
    boolean mayBeLeftOut = conflated && last.to >= owed;
    if (off > last.to + 1 && !mayBeLeftOut) {
      ledger.violated(
          resumed || last.to < owed ? Violation.Kind.INCOMPLETE_RESUME : Violation.Kind.HOLE,
          "%s got %d after %d".formatted(this, off, last.to));
      stretches.add(new Stretch(new Position(last.epoch, off - 1, 0), last.begunAt));
      last = stretches.getLast();
    }
    Branch before = last.branch;
    if (before != null && before != branch && last.to >= branch.base()) {
      ledger.violated(
          resumed ? Violation.Kind.INCOMPLETE_RESUME : Violation.Kind.UNTOLD_ROLLBACK,
          "%s went on at %d, %d of which it had otherwise"
              .formatted(this, off, last.to - branch.base() + 1));
    }
    resumed = false;
    last.branch = branch;
    last.to = off;
  }

  /** Nothing more comes: what a resume still owes is missing. */
  void settle() {
    if (!stretches.isEmpty() && stretches.getLast().to < owed) {
      ledger.violated(
          Violation.Kind.INCOMPLETE_RESUME,
          "%s was promised up to %d and got %d".formatted(this, owed, stretches.getLast().to));
      owed = 0;
    }
  }

  /** How this subscriber stands to an acknowledged message of its channel. */
  enum Standing {
    /** Or one that took its place. */
    HAS_IT,
    WAS_TOLD,
    MISSES_IT,
    /** And resumed after it had been acknowledged, and was told that nothing was missed. */
    MISSES_IT_AND_RESUMED
  }

  Standing standing(Stored message) {
    if (had(message.publication()) || (conflated && hadSuccessor(message.publication()))) {
      return Standing.HAS_IT;
    }
    boolean told = false;
    for (Stretch stretch : stretches) {
      boolean comparable =
          stretch.epoch.equals(message.position().epoch())
              && (stretch.branch == null
                  ? !ledger.rollbacks()
                  : stretch.branch == message.branch());
      // Of another life of the log, only the time tells what an answer covers.
      told |=
          comparable
              ? stretch.from >= message.position().off()
              : stretch.begunAt >= message.intendedAt();
    }
    if (told || stretches.isEmpty()) {
      return Standing.WAS_TOLD;
    }
    return lastResumedAt > message.acknowledgedAt()
        ? Standing.MISSES_IT_AND_RESUMED
        : Standing.MISSES_IT;
  }

  private boolean had(Publication publication) {
    BitSet numbers = had.get(publication.publisher());
    return numbers != null && publication.number() >= 0 && numbers.get(publication.number());
  }

  private boolean hadSuccessor(Publication publication) {
    BitSet numbers = had.getOrDefault(publication.publisher(), NONE);
    Publication next = publication.successor();
    while (next.number() < numbers.length()) {
      if (numbers.get(next.number())) {
        return true;
      }
      next = next.successor();
    }
    return false;
  }

  private void begin(Position position) {
    owed = 0;
    resumed = false;
    stretches.add(new Stretch(position, ledger.now()));
  }

  @Override
  public String toString() {
    return name + " on " + channel;
  }
}
