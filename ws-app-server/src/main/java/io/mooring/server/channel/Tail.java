package io.mooring.server.channel;

import io.mooring.server.history.Excerpt;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The last messages of a channel, without a hole between them, as they were sent: whoever comes
 * back soon needs no look into the log. Belongs to the channel's home loop.
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
  private final ArrayDeque<Message> messages = new ArrayDeque<>(1);
  private int bytes;

  /** What the tails of one loop may hold together. */
  static final class Budget {
    /** An entry and its place in the queue. */
    private static final int OVERHEAD = 72;

    private final long most;
    private long used;

    Budget(long mostBytes) {
      this.most = mostBytes;
    }
  }

  Tail(Budget budget) {
    this.budget = budget;
  }

  /** Adds the newest message; what does not lead up to it is dropped. */
  void add(Message message) {
    if (!messages.isEmpty() && !follows(messages.getLast(), message)) {
      clear();
    }
    messages.addLast(message);
    count(message, 1);
    while (messages.size() > Replay.MOST_MESSAGES || bytes > Replay.MOST_BYTES) {
      count(messages.removeFirst(), -1);
    }
    if (budget.used > budget.most) {
      clear();
    }
  }

  /**
   * Adds the older ones of these messages before those that are here, as far as they lead up to
   * them.
   */
  void lead(List<Message> read) {
    for (int i = read.size() - 1; i >= 0; i--) {
      Message message = read.get(i);
      if (!messages.isEmpty() && message.off >= messages.getFirst().off) {
        continue;
      }
      boolean fits =
          messages.size() < Replay.MOST_MESSAGES
              && bytes + message.frame.length <= Replay.MOST_BYTES
              && budget.used <= budget.most;
      if (!fits || (!messages.isEmpty() && !follows(message, messages.getFirst()))) {
        return;
      }
      messages.addFirst(message);
      count(message, 1);
    }
  }

  /** The tag at an offset, or {@link Excerpt#NOT_HELD}. */
  long tagAt(long off) {
    if (messages.isEmpty()) {
      return Excerpt.NOT_HELD;
    }
    long first = messages.getFirst().off;
    if (off == first - 1) {
      return messages.getFirst().previousTag;
    }
    if (off < first || off > messages.getLast().off) {
      return Excerpt.NOT_HELD;
    }
    Iterator<Message> from = messages.iterator();
    for (long at = first; at < off; at++) {
      from.next();
    }
    return from.next().tag;
  }

  /** The frames after an offset whose tag is held. */
  List<byte[]> after(long off) {
    List<byte[]> frames = new ArrayList<>();
    for (Message message : messages) {
      if (message.off > off) {
        frames.add(message.frame);
      }
    }
    return frames;
  }

  void dropOlderThan(long sentNanos) {
    while (!messages.isEmpty() && messages.getFirst().sentNanos - sentNanos < 0) {
      count(messages.removeFirst(), -1);
    }
  }

  void clear() {
    messages.forEach(message -> count(message, -1));
    messages.clear();
  }

  private static boolean follows(Message before, Message after) {
    return after.off == before.off + 1 && after.previousTag == before.tag;
  }

  private void count(Message message, int sign) {
    bytes += sign * message.frame.length;
    budget.used += sign * (long) (message.frame.length + Budget.OVERHEAD);
  }
}
