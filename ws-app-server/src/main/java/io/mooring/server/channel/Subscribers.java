package io.mooring.server.channel;

import io.mooring.server.broker.Position;
import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel's subscribers on one loop, dense, and the frames that wait for them. What comes within
 * one turn of the loop rides in one shared buffer: one write for each subscriber, no copy. Belongs
 * to its loop.
 */
final class Subscribers implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Subscribers.class);

  private final String channel;
  private final Loop loop;
  private final ByteBufAllocator allocator;
  private final LongConsumer sent;
  private final List<byte[]> pending = new ArrayList<>();
  private int pendingBytes;
  private @Nullable Subscription[] members = new @Nullable Subscription[4];
  private int size;

  /**
   * @param sent counts messages to clients
   */
  Subscribers(String channel, Loop loop, ByteBufAllocator allocator, LongConsumer sent) {
    this.channel = channel;
    this.loop = loop;
    this.allocator = allocator;
    this.sent = sent;
  }

  String channel() {
    return channel;
  }

  Loop loop() {
    return loop;
  }

  /** Adds one for whom everything up to {@code position} is past. */
  void add(Subscription subscription, Position position) {
    assert loop.inside();
    // What waits was published before the position that the new one starts from.
    run();
    if (size == members.length) {
      members = Arrays.copyOf(members, size * 2);
    }
    members[size] = subscription;
    subscription.enter(this, size);
    size++;
    subscription.subscriber().subscribed(subscription, position);
  }

  void remove(Subscription subscription) {
    assert loop.inside();
    int at = subscription.index;
    size--;
    Subscription last = members[size];
    members[size] = null;
    if (last != null && last != subscription) {
      members[at] = last;
      last.index = at;
    }
    subscription.index = Subscription.NOWHERE;
  }

  /** Sends a frame to everyone here, at the end of this turn of the loop. */
  void send(byte[] frame) {
    assert loop.inside();
    pending.add(frame);
    pendingBytes += frame.length;
    if (pending.size() == 1) {
      loop.executor().execute(this);
    }
  }

  @Override
  public void run() {
    if (pending.isEmpty()) {
      return;
    }
    int frames = pending.size();
    ByteBuf batch = takePending();
    if (batch == null) {
      each(Subscriber::missed);
      return;
    }
    try {
      sent.accept((long) frames * size);
      each(subscriber -> deliver(subscriber, batch));
    } finally {
      batch.release();
    }
  }

  /** Leaves nothing pending, whatever happens: else the next frame would wait for ever. */
  private @Nullable ByteBuf takePending() {
    try {
      ByteBuf batch = allocator.directBuffer(pendingBytes);
      for (byte[] frame : pending) {
        batch.writeBytes(frame);
      }
      return batch;
    } catch (Throwable full) {
      log.error(
          "event=frames_lost channel={} frames={} subscribers={}",
          channel,
          pending.size(),
          size,
          full);
      return null;
    } finally {
      pending.clear();
      pendingBytes = 0;
    }
  }

  private static void deliver(Subscriber subscriber, ByteBuf batch) {
    try {
      subscriber.deliver(batch);
    } catch (Throwable broken) {
      subscriber.missed();
      throw broken;
    }
  }

  /** What fails for one does not keep the others from their turn. */
  private void each(Consumer<Subscriber> action) {
    // From the end: a slow consumer leaves by being replaced with one that has had its turn.
    for (int i = size - 1; i >= 0; i--) {
      Subscription member = members[i];
      if (member == null) {
        continue;
      }
      try {
        action.accept(member.subscriber());
      } catch (Throwable broken) {
        log.error("event=subscriber_failed channel={}", channel, broken);
      }
    }
  }
}
