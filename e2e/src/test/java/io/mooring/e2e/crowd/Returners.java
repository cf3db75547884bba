package io.mooring.e2e.crowd;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Clients that hold a pinned URL, come back by it, are greeted, and leave again, at a steady rate.
 * Nobody tries twice: each attempt counts.
 */
public final class Returners implements AutoCloseable {
  private static final long EVERY_MILLIS = 50;
  private static final long GATHER_EVERY_MILLIS = 5;
  private static final int OPENING = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final Entrance entrance;
  private final Deque<Pin> free = new ArrayDeque<>();
  private final Map<Wire, Attempt> under = new HashMap<>();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final Mistakes mistakes = new Mistakes();
  private @Nullable ScheduledFuture<?> task;
  private int begun;
  private int attempts;
  private int greeted;
  private int elsewhere;

  private record Pin(URI url, String server) {}

  private record Attempt(URI url, @Nullable Pin pin) {}

  /**
   * What came of it.
   *
   * @param greeted of all attempts
   * @param elsewhere of those greeted, by another server than the pinned one
   * @param failures by cause
   */
  public record Outcome(int attempts, int greeted, int elsewhere, Map<String, Integer> failures) {
    /** The share of attempts that were greeted by the pinned server. */
    public double share() {
      return attempts == 0 ? 0 : (double) (greeted - elsewhere) / attempts;
    }

    /** One line of figures. */
    public String figures() {
      return "pinned reconnects: %d of %d greeted, %d of them elsewhere, failures %s: %.4f %%"
          .formatted(greeted, attempts, elsewhere, failures, 100 * share());
    }
  }

  public Returners(Entrance entrance) {
    this.entrance = entrance;
    this.group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    this.loop = group.next();
  }

  /** Lets {@code pins} clients connect once, some at a time, so that each holds a pin. */
  public Returners gather(int pins) {
    List<URI> edges = entrance.edges();
    ScheduledFuture<?> gathering =
        repeat(
            () -> {
              if (begun < pins && under.size() < OPENING) {
                open(edges.get(begun++ % edges.size()), null);
              }
            },
            GATHER_EVERY_MILLIS);
    Awaitility.await("first connects of returners")
        .atMost(PATIENCE)
        .until(() -> ask(() -> free.size() + failures.size()) >= pins);
    gathering.cancel(false);
    if (!failures.isEmpty()) {
      throw new AssertionError("first connects failed: " + failures);
    }
    return this;
  }

  /** Begins to come back, {@code perSecond} clients a second. */
  public Returners start(int perSecond) {
    int atOnce = (int) (perSecond * EVERY_MILLIS / 1_000);
    task =
        repeat(
            () -> {
              for (int i = 0; i < atOnce; i++) {
                Pin pin = free.poll();
                if (pin != null) {
                  attempts++;
                  open(pin.url(), pin);
                }
              }
            },
            EVERY_MILLIS);
    return this;
  }

  /** Ends it and waits for the last answer. */
  public Outcome stop() {
    if (task != null) {
      task.cancel(false);
    }
    Awaitility.await("answers to returners").atMost(PATIENCE).until(() -> ask(under::isEmpty));
    Mistakes.rethrow(ask(mistakes::made));
    return ask(() -> new Outcome(attempts, greeted, elsewhere, new TreeMap<>(failures)));
  }

  @Override
  public void close() {
    group.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  private void open(URI url, @Nullable Pin pin) {
    under.put(Wire.open(loop, entrance, url, new Visit()), new Attempt(url, pin));
  }

  private final class Visit implements Wire.Events {
    @Override
    public void greeted(Wire wire, JsonNode hello) {
      Attempt attempt = under.remove(wire);
      Pin pin = attempt == null ? null : attempt.pin();
      Pin now = new Pin(URI.create(hello.path("url").asText()), hello.path("server").asText());
      if (pin != null) {
        greeted++;
        elsewhere += pin.server().equals(now.server()) ? 0 : 1;
      }
      free.add(now);
      wire.close();
    }

    @Override
    public void message(Wire wire, JsonNode message) {}

    @Override
    public void mistaken(Throwable mistake) {
      mistakes.add(mistake);
    }

    @Override
    public void ended(Wire wire, Ending ending) {
      Attempt attempt = under.remove(wire);
      if (attempt != null) {
        failures.merge(ending.word(), 1, Integer::sum);
        Pin pin = attempt.pin();
        if (pin != null) {
          free.add(pin);
        }
      }
    }
  }

  private ScheduledFuture<?> repeat(Runnable task, long millis) {
    return loop.scheduleAtFixedRate(mistakes.guarded(task), 0, millis, TimeUnit.MILLISECONDS);
  }

  private <T> T ask(Callable<T> question) {
    return loop.submit(question).syncUninterruptibly().getNow();
  }
}
