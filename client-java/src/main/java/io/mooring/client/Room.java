package io.mooring.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much may wait to be published. Used by any thread: who publishes is told at once that it is
 * too much.
 */
final class Room {
  private final int mostMessages;
  private final long mostBytes;
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  Room(int mostMessages, long mostBytes) {
    this.mostMessages = mostMessages;
    this.mostBytes = mostBytes;
  }

  /**
   * @throws MooringException if there is no room
   */
  void take(int size) {
    int waiting = messages.incrementAndGet();
    long sum = bytes.addAndGet(size);
    if (waiting > mostMessages || sum > mostBytes) {
      release(size);
      throw new MooringException(
          "queue_full",
          (waiting - 1)
              + " publications with "
              + (sum - size)
              + " bytes wait for their answer, and one more has "
              + size
              + "; expected at most "
              + mostMessages
              + " and "
              + mostBytes
              + " bytes. Publish less, or wait for the futures of earlier ones");
    }
  }

  void release(int size) {
    messages.decrementAndGet();
    bytes.addAndGet(-size);
  }
}
