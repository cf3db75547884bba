package io.mooring.server.drain;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.server.connection.Connection;
import io.mooring.server.connection.Connections;
import io.mooring.server.registration.Order;
import io.mooring.server.registration.Orders;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the clients away, by order of the registry, because the process was told to stop, or
 * because another instance has the server's id; new handshakes are refused meanwhile by the gate.
 *
 * <p>What it knows belongs to one thread, {@code drain}: every public method may be called on any
 * thread and is a message to it, except the two that tell how things are.
 */
public final class Drain implements Orders, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  private static final long TICK_MILLIS = 50;

  /** Without an answer of any registry, a server that was told to stop waits no longer. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A registry that has answered may need a new leader before the order comes. */
  private static final long ORDER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Connections connections;
  private final Runnable silence;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("drain").factory());
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private volatile Optional<Progress> progress = Optional.empty();
  private Pace pace = new Pace(Moves.defaultRate(0), System.nanoTime());
  private @Nullable Moves moves;
  private @Nullable Moves calledOff;
  private @Nullable Departure departure;
  private boolean fenced;
  private @Nullable ScheduledFuture<?> ticking;

  /** The process was told to stop, and has asked the registry for the order to move. */
  private record Departure(Order own, CompletableFuture<Void> answered, long since) {
    boolean waitedEnough(long now) {
      return now - since >= (answered.isDone() ? ORDER_NANOS : SILENCE_NANOS);
    }

    void limit(Moves moves) {
      moves.endBy(own, since, System.nanoTime());
    }
  }

  /**
   * @param silence stops deliveries to clients, for good
   */
  public Drain(Connections connections, Runnable silence) {
    this.connections = connections;
    this.silence = silence;
  }

  public void watch(MeterRegistry meters) {
    gauge(meters, "mooring_drain_connections", "Connections when the drain began", Progress::total);
    gauge(meters, "mooring_drain_told", "Of these: told to reconnect", Progress::told);
    gauge(meters, "mooring_drain_gone", "Of these: gone", Progress::gone);
    gauge(
        meters,
        "mooring_drain_stragglers",
        "Of these: closed as they had not gone in time",
        Progress::stragglers);
  }

  private void gauge(
      MeterRegistry meters, String name, String description, ToIntFunction<Progress> figure) {
    Gauge.builder(name, () -> figure.applyAsInt(progress.orElse(Progress.NONE)))
        .description(description + "; 0 without a drain")
        .register(meters);
  }

  /** How far the drain at work is; empty without one. */
  public Optional<Progress> progress() {
    return progress;
  }

  /** Completes when the last client has gone and the server is to end. */
  public CompletableFuture<Void> finished() {
    return finished;
  }

  @Override
  public void stay() {
    onThread(
        () -> {
          if (moves != null && departure == null && !fenced && !finished.isDone()) {
            log.info("event=drain_cancelled {}", figures(moves));
            moves.callOff();
            calledOff = moves;
            end();
          }
        });
  }

  @Override
  public void move(Order order) {
    onThread(
        () -> {
          if (fenced) {
            return;
          }
          Moves current = moves;
          if (current == null || isAnother(current.order(), order)) {
            begin(order, departure == null ? "registry" : "signal");
          } else if (!current.order().equals(order)) {
            current.change(order);
            log.info("event=drain_changed {}", terms(current));
          }
        });
  }

  /** What a server that was told to stop has begun goes on under whatever name the registry has. */
  private boolean isAnother(Order current, Order order) {
    return departure == null && !current.drainId().equals(order.drainId());
  }

  @Override
  public void fenced() {
    onThread(
        () -> {
          fenced = true;
          silence.run();
          begin(new Order("", 0, Duration.ZERO), "fence");
        });
  }

  /**
   * The process was told to stop; new handshakes are refused already. Nothing calls that off.
   *
   * @param own carried out if the registry gives no order in time; its deadline, from now on, also
   *     ends the moves of an order that allows more
   * @param answered completes when a registry has answered the server's wish to be drained
   */
  public void depart(Order own, CompletableFuture<Void> answered) {
    onThread(
        () -> {
          log.info("event=told_to_stop connections={}", connections.count());
          Departure leaving = new Departure(own, answered, System.nanoTime());
          departure = leaving;
          Moves current = moves;
          if (current != null) {
            leaving.limit(current);
            log.info("event=drain_changed {}", terms(current));
          }
          tick();
          startTicking();
        });
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void begin(Order order, String cause) {
    end();
    Moves begun = movesOf(order);
    moves = begun;
    connections.follow(connection -> onThread(() -> entered(connection)));
    connections.all().forEach(begun::include);
    if (departure != null) {
      departure.limit(begun);
    }
    log.info("event=drain_started by={} {}", cause, terms(begun));
    tick();
    startTicking();
  }

  /** A name that comes again is the same drain: who was told was told, and the deadline stands. */
  private Moves movesOf(Order order) {
    Moves before = calledOff;
    if (before != null
        && !order.drainId().isEmpty()
        && order.drainId().equals(before.order().drainId())) {
      before.change(order);
      return before;
    }
    return new Moves(connections, order, pace, this::missed, System.nanoTime());
  }

  private void entered(Connection connection) {
    if (moves != null) {
      moves.include(connection);
    }
  }

  private void missed(Moves by, Connection connection) {
    onThread(
        () -> {
          if (moves == by) {
            by.again(connection);
          }
        });
  }

  private void tick() {
    long now = System.nanoTime();
    Moves current = moves;
    if (current != null) {
      current.advance(now);
      progress = Optional.of(current.progress());
      if (current.over(now)) {
        finish(current);
      }
      return;
    }
    Departure leaving = departure;
    if (leaving == null) {
      return;
    }
    if (connections.count() == 0) {
      stopTicking();
      finished.complete(null);
    } else if (leaving.waitedEnough(now)) {
      begin(leaving.own(), "signal");
    }
  }

  private void finish(Moves last) {
    if (!finished.isDone()) {
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last.since());
      log.info(
          "event=drain_finished {} left={} took_ms={}", figures(last), connections.count(), took);
    }
    finished.complete(null);
    stopTicking();
  }

  private void end() {
    if (moves != null) {
      pace = moves.pace();
      moves = null;
      progress = Optional.empty();
      connections.follow(Connections.NOBODY);
    }
    if (departure == null) {
      stopTicking();
    }
  }

  private void startTicking() {
    if (ticking == null && !finished.isDone()) {
      ticking =
          thread.scheduleWithFixedDelay(
              this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void stopTicking() {
    if (ticking != null) {
      ticking.cancel(false);
      ticking = null;
    }
  }

  private static String terms(Moves of) {
    return "drain=%s total=%d rate=%d deadline_ms=%d"
        .formatted(
            of.order().drainId(), of.progress().total(), of.rate(), of.deadline().toMillis());
  }

  private static String figures(Moves of) {
    Progress now = of.progress();
    return "drain=%s total=%d told=%d gone=%d stragglers=%d"
        .formatted(now.drainId(), now.total(), now.told(), now.gone(), now.stragglers());
  }

  private void onThread(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException closed) {
      log.debug("event=drain_closed");
    }
  }
}
