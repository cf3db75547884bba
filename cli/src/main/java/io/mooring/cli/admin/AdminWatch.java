package io.mooring.cli.admin;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admin API for many who ask the same again and again: each answer serves all of them for a
 * moment, so that waiting for a tier does not slow it down. Safe for use by many threads.
 */
public final class AdminWatch {
  private static final Duration FRESH = Duration.ofMillis(30);

  private final Shared<List<AdminApi.Server>> servers;
  private final Shared<AdminApi.Fleet> fleet;

  public AdminWatch(AdminApi api) {
    this.servers = new Shared<>(api::servers);
    this.fleet = new Shared<>(api::fleet);
  }

  /** As {@link AdminApi#servers}, at most some milliseconds old. */
  public List<AdminApi.Server> servers() {
    return servers.get();
  }

  /** As {@link AdminApi#fleet}, at most some milliseconds old. */
  public AdminApi.Fleet fleet() {
    return fleet.get();
  }

  private static final class Shared<T> {
    private final Supplier<T> source;
    private @Nullable T answer;
    private @Nullable AdminException failure;
    private long askedNanos = System.nanoTime() - FRESH.toNanos();

    Shared(Supplier<T> source) {
      this.source = source;
    }

    synchronized T get() {
      if (System.nanoTime() - askedNanos >= FRESH.toNanos()) {
        ask();
      }
      if (answer == null) {
        throw failure == null ? new AdminException("not asked yet") : failure;
      }
      return answer;
    }

    private void ask() {
      try {
        answer = source.get();
      } catch (AdminException failed) {
        answer = null;
        failure = failed;
      }
      askedNanos = System.nanoTime();
    }
  }
}
