package io.mooring.registry;

import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the registry in memory: reads the whole once, then the stream of revisions, and the whole
 * again on a gap. While Redis is away the memory stands as it is; the follower comes back by
 * itself.
 */
public final class RegistryFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryFollower.class);

  /**
   * A stream that began anew wakes nobody who waits at a higher revision; so long that may last.
   */
  private static final Duration WAIT = Duration.ofMillis(500);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

  private final Redis redis;
  private final List<Consumer<RegistryView>> listeners = new CopyOnWriteArrayList<>();
  private final Memory memory = new Memory();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private boolean away;
  private volatile RegistryView view = RegistryView.EMPTY;
  private volatile Set<String> kept = Set.of();
  private volatile History history = new History(0, "");
  private volatile boolean synced;
  private volatile long heardNanos = System.nanoTime();
  private volatile @Nullable String trouble = "the registry has not been read yet";

  public RegistryFollower(Redis redis) {
    this.redis = redis;
    this.thread = Thread.ofPlatform().daemon().name("registry-follower").unstarted(this::run);
  }

  /** Begins to follow; returns at once, whether Redis is there or not. */
  public RegistryFollower start() {
    thread.start();
    return this;
  }

  /** The newest view; {@link RegistryView#EMPTY} before the first read. */
  public RegistryView view() {
    return view;
  }

  /** Whether the registry was read at least once, so that the view means something. */
  public boolean synced() {
    return synced;
  }

  /** Why the view may be out of date now, in words for an operator; empty while it is followed. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /**
   * For how long the registry has not been heard of: under a second while it is followed, also if
   * nothing changes there.
   */
  public Duration age() {
    return Duration.ofNanos(System.nanoTime() - heardNanos);
  }

  /**
   * Ids of servers of which the registry came back without what the view holds: they are to be
   * restored there.
   */
  public Set<String> kept() {
    return kept;
  }

  /** Which history of the registry the view is of. */
  public History history() {
    return history;
  }

  /**
   * Adds a listener, before {@link #start}. It is called on the follower's thread with the first
   * view and with each later one, in order; one that throws is logged and called again the next
   * time.
   */
  public void onChange(Consumer<RegistryView> listener) {
    listeners.add(listener);
  }

  /** Ends following; no listener is called after this has returned. */
  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    try {
      if (thread.isAlive()) {
        thread.join(CLOSE_LIMIT);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = SHORTEST_PAUSE;
    while (!closed()) {
      try (StatefulRedisConnection<String, String> connection = redis.open()) {
        readWhole(connection.sync());
        pause = SHORTEST_PAUSE;
        recovered();
        while (!closed()) {
          follow(connection.sync());
        }
      } catch (RedisException away) {
        lost(redis.unavailable(away).getMessage());
      } catch (RuntimeException unreadable) {
        lost(redis.name() + " holds something that is not a registry: " + unreadable);
      }
      rest(pause);
      pause =
          pause.compareTo(LONGEST_PAUSE.dividedBy(2)) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }
  }

  @SuppressWarnings("unchecked")
  private void follow(RedisCommands<String, String> commands) {
    List<StreamMessage<String, String>> entries =
        commands.xread(
            XReadArgs.Builder.block(WAIT).count(256),
            StreamOffset.from(Keys.REVISIONS, memory.position().revision() + "-0"));
    if (entries.isEmpty() && !memory.position().equals(position(commands))) {
      readWhole(commands);
    }
    for (StreamMessage<String, String> entry : entries) {
      Revision next = Revision.of(entry.getId(), entry.getBody());
      if (!memory.apply(next)) {
        readWhole(commands);
        if (memory.position().revision() < next.number()) {
          rest(WAIT);
        }
        return;
      }
    }
    publish();
  }

  private void readWhole(RedisCommands<String, String> commands) {
    List<String> arguments = new ArrayList<>();
    arguments.add(Keys.SERVER_PREFIX);
    arguments.add(Long.toString(memory.position().revision()));
    arguments.addAll(memory.view().byId().keySet());
    memory.adopt(
        Whole.of(
            Script.WHOLE.run(commands, List.of(Keys.META, Keys.REVISIONS, Keys.BEATS), arguments)));
    publish();
  }

  private static Position position(RedisCommands<String, String> commands) {
    Map<String, String> meta = commands.hgetall(Keys.META);
    return new Position(
        meta.getOrDefault("incarnation", ""),
        Long.parseLong(meta.getOrDefault("revision", "0")),
        meta.getOrDefault("tag", ""));
  }

  private void publish() {
    RegistryView next = memory.view();
    kept = memory.kept();
    history = memory.history();
    heardNanos = System.nanoTime();
    if (synced && next.equals(view)) {
      return;
    }
    view = next;
    synced = true;
    for (Consumer<RegistryView> listener : listeners) {
      try {
        listener.accept(next);
      } catch (RuntimeException failed) {
        log.error("event=registry_listener_failed revision={}", next.revision(), failed);
      }
    }
  }

  private void recovered() {
    log.info("event=registry_followed redis={} revision={}", redis.name(), view.revision());
    away = false;
    trouble = null;
  }

  private void lost(@Nullable String reason) {
    if (closed()) {
      return;
    }
    if (!away) {
      log.warn("event=registry_away reason=\"{}\" (serving from memory, retrying)", reason);
      away = true;
    }
    trouble = reason;
  }

  private void rest(Duration pause) {
    try {
      closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean closed() {
    return closing.getCount() == 0;
  }
}
