package io.mooring.server.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose clients are not to be waited for. A server that was lost is dead at once: when it crashed,
 * its sockets were cut when its lease began to run out. One that left in order is held back for a
 * while, as its clients were told to go elsewhere, and are on their way. So is, for less, one that
 * is back in a new life before its lease has ended: its sockets were cut a moment ago.
 *
 * <p>Any thread may ask.
 */
public final class FleetDeaths {
  private static final Logger log = LoggerFactory.getLogger(FleetDeaths.class);

  /** Where time is kept. */
  public interface Timer {
    /** Runs the task once, no sooner than after the delay, on any thread. */
    void after(Duration delay, Runnable task);
  }

  /**
   * How long a life is held back that ended unseen, from when the next one is heard of. If that has
   * taken five seconds, it is twelve since the end, as for a server that is not back.
   */
  static final Duration REPLACED = Duration.ofSeconds(7);

  private final Duration holdback;
  private final Timer timer;
  private final LongSupplier nanos;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Knowledge knowledge = new Knowledge(FleetView.EMPTY, Map.of(), Map.of());
  private long changes;

  private record Life(String serverId, long generation) {}

  /**
   * @param held those that are held back, with the number of the change that brought their end
   * @param since by server_id, when the last life of it that is dead became so
   */
  private record Knowledge(FleetView view, Map<Life, Long> held, Map<String, Long> since) {
    Knowledge after(FleetView nowView, Map<Life, Long> nowHeld, long nanos) {
      Knowledge then = new Knowledge(nowView, Map.copyOf(nowHeld), Map.of());
      Map<String, Long> known = new HashMap<>();
      then.ids()
          .forEach(
              id -> {
                long last = then.deadUpTo(id);
                if (last > 0) {
                  boolean risen = last > deadUpTo(id);
                  known.put(id, risen ? nanos : since.getOrDefault(id, nanos));
                }
              });
      return new Knowledge(nowView, then.held, Map.copyOf(known));
    }

    private Stream<String> ids() {
      return Stream.concat(view.servers().keySet().stream(), view.departed().keySet().stream());
    }

    boolean isDead(Life life) {
      return view.isDead(life.serverId, life.generation) && !held.containsKey(life);
    }

    /** Of a server that was held back from the first, all before its last life. */
    boolean hasMoreDeadThan(Knowledge before) {
      return ids().anyMatch(id -> deadUpTo(id) > before.deadUpTo(id));
    }

    private long deadUpTo(String id) {
      long last = view.deadUpTo(id);
      while (last > 0 && held.containsKey(new Life(id, last))) {
        last--;
      }
      return last;
    }
  }

  /**
   * @param holdback how long one that left in order is held back, from when this process hears that
   *     it has left: as long as its clients may need to come back
   */
  public FleetDeaths(FleetMemory memory, Duration holdback, Timer timer) {
    this(memory, holdback, timer, System::nanoTime);
  }

  /**
   * @param nanos the clock
   */
  FleetDeaths(FleetMemory memory, Duration holdback, Timer timer, LongSupplier nanos) {
    this.nanos = nanos;
    this.holdback = holdback;
    this.timer = timer;
    memory.onChange(this::changed);
  }

  /**
   * Whether this generation of the server has ended, and its clients are not to be waited for. It
   * may live again, as {@link FleetView#isDead} says.
   */
  public boolean isDead(String serverId, long generation) {
    return knowledge.isDead(new Life(serverId, generation));
  }

  /**
   * For how long this generation has been {@link #isDead dead}, or a later one that is, in
   * milliseconds; empty if it is not.
   */
  public OptionalLong deadForMillis(String serverId, long generation) {
    Knowledge now = knowledge;
    Long since = now.since.get(serverId);
    return since != null && now.isDead(new Life(serverId, generation))
        ? OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - since))
        : OptionalLong.empty();
  }

  /**
   * Adds a listener. It is called after a server has died, and after one that was held back has, on
   * the thread that brought it, and returns at once. One that throws is logged, and called again
   * the next time.
   */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  private void changed(FleetView view) {
    Knowledge before = knowledge;
    hold(view).forEach((change, time) -> timer.after(time, () -> release(change)));
    if (knowledge.hasMoreDeadThan(before)) {
      tell();
    }
  }

  /**
   * Holds back whom this view shows to have left in order, or to be back in a new life. Not who was
   * dead before: nobody comes alive by what is said of the dead.
   *
   * @return for how long, by the numbers of the changes
   */
  private synchronized Map<Long, Duration> hold(FleetView view) {
    Knowledge before = knowledge;
    Map<Life, Long> held = new HashMap<>(before.held);
    held.keySet().removeIf(life -> !view.isDead(life.serverId, life.generation));
    Map<Long, Duration> times = new TreeMap<>();
    long inOrder = ++changes;
    view.departed()
        .forEach(
            (id, left) -> {
              long generation = left.generation();
              if (view.leftInOrder(id, generation) && !before.view.isDead(id, generation)) {
                held.put(new Life(id, generation), inOrder);
                times.put(inOrder, holdback);
              }
            });
    long replaced = ++changes;
    for (String id : view.servers().keySet()) {
      OptionalLong last = view.replaced(id);
      if (last.isPresent() && !before.view.isDead(id, last.getAsLong())) {
        held.put(new Life(id, last.getAsLong()), replaced);
        times.put(replaced, REPLACED);
      }
    }
    knowledge = before.after(view, held, nanos.getAsLong());
    return times;
  }

  private void release(long change) {
    if (unhold(change)) {
      tell();
    }
  }

  /** Not those that came back, and are held back anew since. */
  private synchronized boolean unhold(long change) {
    Map<Life, Long> held = new HashMap<>(knowledge.held);
    boolean released = held.values().removeIf(since -> since == change);
    knowledge = knowledge.after(knowledge.view, held, nanos.getAsLong());
    return released;
  }

  private void tell() {
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException failed) {
        log.error("event=fleet_deaths_listener_failed", failed);
      }
    }
  }
}
