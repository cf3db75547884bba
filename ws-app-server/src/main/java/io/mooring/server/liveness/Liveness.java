package io.mooring.server.liveness;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Timed;
import io.mooring.server.loop.Wheel;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Whether one peer lives. It is pinged at a fixed interval, from a random phase on, so that pings
 * of many sockets spread; a peer of which nothing is heard in time after a ping is silent, one that
 * says nothing at all after the handshake is mute. Silence so lasts at most interval + patience.
 * Belongs to one loop.
 */
public final class Liveness extends Timed {
  /** Who is watched; called on the loop. */
  public interface Peer {
    void ping();

    /** Nothing was heard in time after a ping. */
    void silent();

    /** No message has come in time after the handshake. */
    void mute();
  }

  /**
   * The three times, in milliseconds.
   *
   * @param interval between pings
   * @param patience after a ping, at most the interval
   * @param firstMessage from the handshake to the first message
   */
  public record Times(long interval, long patience, long firstMessage) {}

  private static final long NEVER = Long.MAX_VALUE;

  private final Loop loop;
  private final Peer peer;
  private final Times times;
  private long pingAt;
  private long answerBy = NEVER;
  private long messageBy;
  private boolean heard;

  public Liveness(Loop loop, Peer peer, Times times) {
    this.loop = loop;
    this.peer = peer;
    this.times = times;
  }

  public void start() {
    long now = now();
    pingAt = now + ThreadLocalRandom.current().nextLong(times.interval()) + 1;
    messageBy = now + times.firstMessage();
    scheduleNext(now);
  }

  /** A frame has arrived. */
  public void heard() {
    heard = true;
  }

  /** A message has arrived. */
  public void spoke() {
    messageBy = NEVER;
  }

  public void stop() {
    loop.cancel(this);
  }

  @Override
  protected void due() {
    long now = now();
    if (reached(messageBy, now)) {
      peer.mute();
      return;
    }
    if (reached(answerBy, now)) {
      if (!heard) {
        peer.silent();
        return;
      }
      answerBy = NEVER;
    }
    if (reached(pingAt, now)) {
      heard = false;
      answerBy = now + times.patience();
      pingAt = Math.max(pingAt + times.interval(), now + 1);
      scheduleNext(now);
      peer.ping();
      return;
    }
    scheduleNext(now);
  }

  private void scheduleNext(long now) {
    loop.schedule(this, Math.min(pingAt, Math.min(answerBy, messageBy)) - now);
  }

  /** The wheel is early by up to a tick, never late. */
  private static boolean reached(long time, long now) {
    return time != NEVER && time - now < Wheel.TICK_MILLIS;
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
