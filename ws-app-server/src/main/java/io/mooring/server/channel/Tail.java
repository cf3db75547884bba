package io.mooring.server.channel;

import io.mooring.server.history.Chunks;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Records;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The last messages of a channel, without a hole between them, as they were sent: whoever comes
 * back soon needs no look into the log. Belongs to the channel's strand.
 */
final class Tail {
  /** Whoever was away for longer asks the log. */
  static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * A message as it was sent.
   *
   * @param previousTag the tag of the one before it
   * @param sentNanos by {@link System#nanoTime}
   */
  record Message(long off, long previousTag, long tag, byte[] frame, long sentNanos) {}

  private final Budget budget;
  private final Records frames;

  /** The offset of the first one that is held. */
  private long first;

  /** The tag of the one before it, or {@link Excerpt#NOT_HELD}. */
  private long before = Excerpt.NOT_HELD;

  /** The tag of the last one that is held. */
  private long last;

  /** What the tails of one strand may hold together. */
  static final class Budget {
    private final long most;
    private final Chunks chunks = new Chunks();

    Budget(long mostBytes) {
      this.most = mostBytes;
    }

    boolean exceeded() {
      return chunks.exceed(most);
    }
  }

  Tail(Budget budget) {
    this.budget = budget;
    this.frames = new Records(budget.chunks);
  }

  /** Adds the newest message; what is too old by then, or does not lead up to it, is dropped. */
  void add(Message message) {
    dropOlderThan(message.sentNanos - KEPT_NANOS);
    if (!frames.isEmpty() && !follows(end(), last, message)) {
      clear();
    }
    if (frames.isEmpty()) {
      begin(message);
    }
    frames.add(message.tag, message.sentNanos, message.frame);
    last = message.tag;
    while (frames.size() > Replay.MOST_MESSAGES || frames.bytes() > Replay.MOST_BYTES) {
      removeFirst();
    }
    if (budget.exceeded()) {
      clear();
    }
  }

  /**
   * Adds the older ones of these messages before those that are here, as far as they lead up to
   * them.
   *
   * @param read without a hole, the oldest first
   */
  void lead(List<Message> read) {
    int upTo = read.size();
    while (upTo > 0 && !frames.isEmpty() && read.get(upTo - 1).off >= first) {
      upTo--;
    }
    int from = upTo;
    long bytes = frames.bytes();
    while (from > 0
        && frames.size() + upTo - from < Replay.MOST_MESSAGES
        && bytes + read.get(from - 1).frame.length <= Replay.MOST_BYTES) {
      from--;
      bytes += read.get(from).frame.length;
    }
    if (from == upTo || budget.exceeded()) {
      return;
    }
    Message newest = read.get(upTo - 1);
    if (frames.isEmpty()) {
      last = newest.tag;
    } else if (newest.off + 1 != first || newest.tag != before) {
      return;
    }
    Records older = new Records(budget.chunks);
    for (Message message : read.subList(from, upTo)) {
      older.add(message.tag, message.sentNanos, message.frame);
    }
    begin(read.get(from));
    frames.lead(older);
  }

  /** The tag at an offset, or {@link Excerpt#NOT_HELD}. */
  long tagAt(long off) {
    if (frames.isEmpty() || off < first - 1 || off >= end()) {
      return Excerpt.NOT_HELD;
    }
    return off < first ? before : frames.tag((int) (off - first));
  }

  /** The frames after an offset whose tag is held. */
  List<byte[]> after(long off) {
    return frames.from((int) (off + 1 - first));
  }

  void dropOlderThan(long sentNanos) {
    while (!frames.isEmpty() && frames.nanos(0) - sentNanos < 0) {
      removeFirst();
    }
  }

  void clear() {
    frames.clear();
  }

  private void begin(Message message) {
    first = message.off;
    before = message.previousTag;
  }

  private void removeFirst() {
    before = frames.tag(0);
    first++;
    frames.removeFirst();
  }

  /** The offset after the last one that is held. */
  private long end() {
    return first + frames.size();
  }

  private static boolean follows(long off, long tag, Message after) {
    return after.off == off && after.previousTag == tag;
  }
}
