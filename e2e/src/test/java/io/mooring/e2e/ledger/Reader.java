package io.mooring.e2e.ledger;

import io.mooring.e2e.ledger.ChannelLog.Branch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber saw of one channel: stretches without a gap, each begun by an answer that
 * says why the one before it could not go on. Belongs to the ledger's thread.
 */
public final class Reader {
  private final Ledger ledger;
  private final String name;
  private final String channel;
  private final List<Stretch> stretches = new ArrayList<>();

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

    boolean holds(Stored message) {
      Branch mine = branch;
      return mine != null
          && epoch.equals(message.position().epoch())
          && from < message.position().off()
          && message.position().off() <= to
          && mine.at(message.position().off()) == message.branch();
    }
  }

  /** An acknowledged message and its place. */
  record Stored(Publication publication, Position position, Branch branch, long intendedAt) {}

  Reader(Ledger ledger, String name, String channel) {
    this.ledger = ledger;
    this.name = name;
    this.channel = channel;
  }

  /** Subscribed for the first time: live from {@code position} on. */
  public void began(Position position) {
    stretches.add(new Stretch(position, ledger.now()));
  }

  /** Told that what lies between the last message and {@code position} cannot be had. */
  public void lost(Position position, String reason) {
    ledger.told(reason);
    stretches.add(new Stretch(position, ledger.now()));
  }

  /** Told that nothing was missed since {@code position}, the last that this subscriber had. */
  public void recovered(Position position) {
    Stretch last = stretches.isEmpty() ? null : stretches.getLast();
    if (last == null || !last.epoch.equals(position.epoch()) || last.to != position.off()) {
      ledger.violated(Violation.Kind.UNTRUE_RESUME, "%s resumed at %s".formatted(this, position));
      stretches.add(new Stretch(position, ledger.now()));
    }
  }

  /** Delivered as the next message. */
  public void delivered(long off, long tag, Publication publication) {
    ledger.counted();
    if (stretches.isEmpty()) {
      ledger.violated(Violation.Kind.PHANTOM, "%s got %s unasked".formatted(this, publication));
      return;
    }
    Stretch last = stretches.getLast();
    Branch branch = ledger.seen(channel, new Position(last.epoch, off, tag), publication);
    if (off <= last.to) {
      ledger.violated(Violation.Kind.TWICE, "%s got %d after %d".formatted(this, off, last.to));
      return;
    }
    if (off > last.to + 1) {
      ledger.violated(Violation.Kind.HOLE, "%s got %d after %d".formatted(this, off, last.to));
      stretches.add(new Stretch(new Position(last.epoch, off - 1, 0), last.begunAt));
      last = stretches.getLast();
    }
    Branch before = last.branch;
    if (before != null && before != branch && last.to >= branch.base()) {
      ledger.violated(
          Violation.Kind.UNTOLD_ROLLBACK,
          "%s went on at %d, %d of which it had otherwise"
              .formatted(this, off, last.to - branch.base() + 1));
    }
    last.branch = branch;
    last.to = off;
  }

  /** How this subscriber stands to an acknowledged message of its channel. */
  enum Standing {
    HAS_IT,
    WAS_TOLD,
    MISSES_IT
  }

  Standing standing(Stored message) {
    boolean told = false;
    for (Stretch stretch : stretches) {
      if (stretch.holds(message)) {
        return Standing.HAS_IT;
      }
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
    return told || stretches.isEmpty() ? Standing.WAS_TOLD : Standing.MISSES_IT;
  }

  @Override
  public String toString() {
    return name + " on " + channel;
  }
}
