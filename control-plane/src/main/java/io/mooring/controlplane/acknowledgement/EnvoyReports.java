package io.mooring.controlplane.acknowledgement;

import io.mooring.registry.EnvoyStore;
import io.mooring.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What all replicas say of their Envoys. An Envoy counts as seen when what is said of it has
 * changed, by this process's monotonic clock: no wall clock is read. Safe for all threads.
 */
public final class EnvoyReports {
  /** How long anybody waits for ACKs. */
  public static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How often whoever waits for ACKs looks. */
  public static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private static final Duration COUNTS_FOR = Duration.ofSeconds(30);
  private static final Duration REMEMBERED_FOR = Duration.ofHours(1);

  /**
   * One Envoy.
   *
   * @param text as it stands in Redis
   * @param changed when the text was first seen to be this one; monotonic nanoseconds
   */
  private record Entry(String text, EnvoyReport report, long changed) {}

  /**
   * An Envoy as it was seen last.
   *
   * @param age since what is said of it has changed; at least this old, or seen once only
   */
  public record Seen(String id, EnvoyReport report, Duration age) {
    /** Whether its replica said so, and still lives. */
    public boolean connected() {
      return report.connected() && age.compareTo(COUNTS_FOR) <= 0;
    }
  }

  private final EnvoyStore store;
  private final LongSupplier ticks;
  private volatile SortedMap<String, Entry> entries = new TreeMap<>();

  public EnvoyReports(EnvoyStore store) {
    this(store, System::nanoTime);
  }

  /**
   * @param ticks monotonic nanoseconds
   */
  EnvoyReports(EnvoyStore store, LongSupplier ticks) {
    this.store = store;
    this.ticks = ticks;
  }

  /**
   * Reads what stands there now; waits for Redis.
   *
   * @throws RegistryUnavailableException if it does not answer; what was read before stays
   */
  public synchronized EnvoyReports read() {
    Map<String, String> texts = store.all();
    long now = ticks.getAsLong();
    SortedMap<String, Entry> next = new TreeMap<>();
    texts.forEach(
        (id, text) -> {
          Entry before = entries.get(id);
          if (before != null && before.text().equals(text)) {
            next.put(id, before);
          } else {
            EnvoyReport.parse(text).ifPresent(report -> next.put(id, new Entry(text, report, now)));
          }
        });
    entries = next;
    return this;
  }

  /** Every Envoy of which anything is said, in the order of their ids. */
  public List<Seen> all() {
    long now = ticks.getAsLong();
    return entries.entrySet().stream()
        .map(
            entry ->
                new Seen(
                    entry.getKey(),
                    entry.getValue().report(),
                    Duration.ofNanos(now - entry.getValue().changed())))
        .toList();
  }

  /** The Envoys that are connected and were seen within the last 30 s. */
  public List<Seen> connected() {
    return recent().toList();
  }

  /** The ids of those that have not acknowledged this revision or a later one. */
  public List<String> behind(long revision) {
    return recent().filter(envoy -> envoy.report().revision() < revision).map(Seen::id).toList();
  }

  /**
   * Waits until every Envoy that counts has acknowledged this revision, at most {@link #PATIENCE}.
   *
   * @param closing ends the wait at once
   * @return the ids of those that have not
   * @throws RegistryUnavailableException if Redis does not answer
   */
  public List<String> await(long revision, CountDownLatch closing) throws InterruptedException {
    long deadline = ticks.getAsLong() + PATIENCE.toNanos();
    List<String> behind = read().behind(revision);
    while (!behind.isEmpty()
        && ticks.getAsLong() - deadline < 0
        && !closing.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
      behind = read().behind(revision);
    }
    return behind;
  }

  /** Removes Envoys of which nothing new was said for an hour; waits for Redis. */
  public void forgetTheOld() {
    long now = ticks.getAsLong();
    entries.forEach(
        (id, entry) -> {
          if (now - entry.changed() > REMEMBERED_FOR.toNanos()) {
            store.forget(id, entry.text());
          }
        });
  }

  private Stream<Seen> recent() {
    return all().stream().filter(Seen::connected);
  }
}
