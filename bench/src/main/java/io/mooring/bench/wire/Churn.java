package io.mooring.bench.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Has the subscribers of a channel end their subscriptions, and subscribe again, one by one. */
public final class Churn {
  private static final int TEXT = 1;

  private final Crowd crowd;
  private final Dialect dialect;
  private final String channel;
  private long moves;

  /**
   * @param crowd whose clients are subscribed to the channel
   */
  public Churn(Crowd crowd, Dialect dialect, String channel) {
    this.crowd = crowd;
    this.dialect = dialect;
    this.channel = channel;
  }

  /**
   * Goes on for a while; never waits for the servers. At the end some may not be subscribed.
   *
   * @param rate moves a second, over all clients: each is an end or a beginning
   */
  public long run(double rate, Duration time) {
    List<Client> clients = crowd.clients();
    long begin = Clock.micros();
    long times = Math.round(rate * time.toNanos() / TimeUnit.SECONDS.toNanos(1));
    for (long i = 0; i < times; i++) {
      long early = begin + Math.round(i * 1_000_000 / rate) - Clock.micros();
      if (early > 0) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(early));
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while subscribers come and go");
        }
      }
      boolean there = moves / clients.size() % 2 == 0;
      Client client = clients.get((int) (moves++ % clients.size()));
      String message =
          there
              ? dialect.unsubscribe(channel)
              : dialect.subscribe(channel, Optional.empty(), false);
      client.enqueue(Frame.masked(TEXT, message.getBytes(UTF_8)));
      client.flush();
    }
    return times;
  }
}
