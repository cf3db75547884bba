package io.mooring.bench.wire;

import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One loop of a {@link Crowd}, with what its clients share. Belongs to the loop. */
final class Lane {
  private static final int USUAL_BYTES = 64 * 1024;

  private final Crowd crowd;
  private final EventLoop loop;
  private byte[] room = new byte[USUAL_BYTES];
  private long now;
  final Tally tally = new Tally();

  /** Where the last publication's time stood in its frame, as that of the next one will. */
  int hint;

  Lane(Crowd crowd, EventLoop loop) {
    this.crowd = crowd;
    this.loop = loop;
  }

  EventLoop loop() {
    return loop;
  }

  /** What the loop answers; called on any other thread. */
  <T> T ask(Supplier<T> question) {
    return Crowd.await(CompletableFuture.supplyAsync(question, loop));
  }

  /** A buffer of at least this size, which is anybody's until the loop's next read. */
  byte[] room(int bytes) {
    if (room.length < bytes) {
      room = new byte[Math.max(bytes, room.length * 2)];
    }
    return room;
  }

  /** When what is being read has arrived. */
  long now() {
    if (now == 0) {
      now = Clock.micros();
    }
    return now;
  }

  void turnOver() {
    now = 0;
  }

  void complaint(String text) {
    crowd.complaint(text);
  }
}
