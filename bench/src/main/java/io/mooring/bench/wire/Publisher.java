package io.mooring.bench.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes on channels in turn, over some sockets, each channel always over the same one. It never
 * waits for the servers: what is due late counts from when it was due.
 */
public final class Publisher {
  private static final int TEXT = 1;

  private final Crowd senders;
  private final Dialect dialect;
  private final List<String> channels;
  private final long[] numbers;
  private long sent;

  public Publisher(Crowd senders, Dialect dialect, List<String> channels) {
    this.senders = senders;
    this.dialect = dialect;
    this.channels = List.copyOf(channels);
    this.numbers = new long[channels.size()];
  }

  /**
   * Publishes for a while, and returns how often.
   *
   * @param rate publications a second, over all channels together
   */
  public long publish(double rate, Duration time) {
    return publish(rate, Math.round(rate * time.toNanos() / TimeUnit.SECONDS.toNanos(1)));
  }

  /** Publishes so many times, at a rate. */
  public long publish(double rate, long times) {
    List<Client> clients = senders.clients();
    long begin = Clock.micros();
    for (long i = 0; i < times; i++) {
      long due = begin + Math.round(i * 1_000_000 / rate);
      long early = due - Clock.micros();
      if (early > 0) {
        clients.forEach(Client::flush);
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(early));
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while publishing");
        }
      }
      int channel = (int) (sent++ % channels.size());
      String letter = Letter.of(due, ++numbers[channel]);
      String message = dialect.publish(channels.get(channel), sent, letter);
      clients.get(channel % clients.size()).enqueue(Frame.masked(TEXT, message.getBytes(UTF_8)));
    }
    clients.forEach(Client::flush);
    return times;
  }

  /** The number of the last publication on a channel. */
  public long last(int channel) {
    return numbers[channel];
  }
}
