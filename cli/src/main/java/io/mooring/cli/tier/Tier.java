package io.mooring.cli.tier;

import io.mooring.cli.child.Child;
import io.mooring.cli.child.LogTail;
import io.mooring.cli.child.Spawner;
import io.mooring.cli.state.Leftovers;
import io.mooring.cli.state.StateFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The running processes of a tier. {@link #start} and {@link #close} belong to the supervisor;
 * everything else may be called by any thread in between.
 */
public final class Tier implements AutoCloseable {
  private static final int LINES_OF_LOG = 12;
  private static final Duration POLL = Duration.ofMillis(30);

  /** A stop that takes longer says what it waits for. */
  private static final Duration SILENCE = Duration.ofMillis(400);

  /** Who leaves when: each only after those whose work needs it. */
  private static final List<Predicate<Kind>> STOP_ORDER =
      List.of(
          kind -> kind == Kind.EDGE,
          kind -> kind == Kind.APP || kind == Kind.AUTH,
          kind -> kind == Kind.CONTROL,
          kind -> kind == Kind.VALKEY);

  private final StateFolder state;
  private final Patience patience;
  private final TierListener listener;
  private final Spawner spawner = new Spawner();
  private final Map<String, Running> parts = new LinkedHashMap<>();
  private volatile boolean starting;
  private volatile boolean closing;

  /**
   * How long this tier waits.
   *
   * @param ready for a part to become ready
   * @param stop for a process to end after SIGTERM, before SIGKILL
   */
  public record Patience(Duration ready, Duration stop) {
    public static final Patience NORMAL =
        new Patience(Duration.ofSeconds(60), Duration.ofSeconds(2));
  }

  /** A part and the last run of its program. */
  public record Running(Part part, Child child) {}

  public Tier(StateFolder state, Patience patience, TierListener listener) {
    this.state = state;
    this.patience = patience;
    this.listener = listener;
  }

  /**
   * Starts all parts at once and waits until each is ready.
   *
   * @throws PartException for the first part that failed, or ended once it was ready; {@link
   *     #close} then ends the others
   */
  public void start(List<Part> all) {
    starting = true;
    List<Running> started = new ArrayList<>();
    for (Part part : all) {
      started.add(launch(part, state.freshLog(part.name())));
    }
    ExecutorService waiting =
        Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().name("await-", 0).daemon(true).factory());
    CompletionService<Running> done = new ExecutorCompletionService<>(waiting);
    started.forEach(running -> done.submit(() -> awaitReady(running)));
    try {
      int ready = 0;
      while (ready < started.size()) {
        Future<Running> next = done.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
        if (next != null) {
          next.get();
          ready++;
        }
        requireAlive(started);
      }
      starting = false;
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof PartException reason
          ? reason
          : new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.shutdownNow();
    }
  }

  /**
   * Starts a part that is new, or whose process has ended, and waits until it is ready.
   *
   * @param choice names the part or throws; no other is started between its look at the tier and
   *     the start
   * @throws PartException when it fails; it is ended then, the rest of the tier goes on
   */
  public Running start(Supplier<Part> choice) {
    Running launched;
    synchronized (parts) {
      Part part = choice.get();
      launched = launch(part, state.log(part.name()));
    }
    try {
      return awaitReady(launched);
    } catch (RuntimeException failed) {
      launched.child().kill();
      forget(launched);
      throw failed;
    }
  }

  /** The part of that name and its process. */
  public Optional<Running> find(String name) {
    synchronized (parts) {
      return Optional.ofNullable(parts.get(name));
    }
  }

  /** All parts, in the order in which they were first started. */
  public List<Running> all() {
    synchronized (parts) {
      return List.copyOf(parts.values());
    }
  }

  /**
   * Ends every process: Envoys first, those that others need last; SIGTERM, and SIGKILL to what is
   * still there after the patience, or is frozen. Returns when nothing is left.
   */
  @Override
  public void close() {
    closing = true;
    synchronized (parts) {
      for (Predicate<Kind> wave : STOP_ORDER) {
        stop(parts.values().stream().filter(running -> wave.test(running.part().kind())).toList());
      }
    }
    spawner.close();
  }

  private Running launch(Part part, Path log) {
    synchronized (parts) {
      if (closing) {
        throw new PartException(
            part.name() + " was not started: the tier is stopping", log, List.of());
      }
      Child child = Child.start(spawner, part.command(), part.environment(), log);
      Running running = new Running(part, child);
      parts.put(part.name(), running);
      Leftovers.remember(state, part.name(), child.pid());
      listener.started(part);
      return running;
    }
  }

  private Running awaitReady(Running running) {
    Part part = running.part();
    Child child = running.child();
    long start = System.nanoTime();
    while (true) {
      Optional<String> reason = part.readiness().notReadyBecause();
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      if (child.state() == Child.State.EXITED) {
        forget(running);
        throw failure(running, "ended with exit code " + child.exitCode());
      }
      if (reason.isEmpty()) {
        listener.ready(part, waited);
        child.ended().thenAccept(gone -> ended(running));
        return running;
      }
      if (waited.compareTo(patience.ready()) > 0) {
        throw failure(
            running,
            "is not ready after %d s: %s".formatted(patience.ready().toSeconds(), reason.get()));
      }
      if (Thread.currentThread().isInterrupted()) {
        throw failure(running, "was not awaited any longer");
      }
      child.awaitEnd(POLL);
    }
  }

  /** What has ended keeps others from becoming ready: its own log says why. */
  private void requireAlive(List<Running> started) {
    for (Running running : started) {
      if (running.child().state() == Child.State.EXITED) {
        forget(running);
        throw failure(running, "ended with exit code " + running.child().exitCode());
      }
    }
  }

  private void ended(Running running) {
    forget(running);
    if (!closing && !starting) {
      listener.ended(running.part(), Ending.of(running.part(), running.child()));
    }
  }

  private void forget(Running running) {
    synchronized (parts) {
      String name = running.part().name();
      if (parts.get(name) == running) {
        Leftovers.forget(state, name);
      }
    }
  }

  private static PartException failure(Running running, String why) {
    return new PartException(
        running.part().name() + " " + why,
        running.child().log(),
        LogTail.lines(running.child().log(), LINES_OF_LOG));
  }

  private void stop(Collection<Running> wave) {
    for (Running running : wave) {
      switch (running.child().state()) {
        case RUNNING -> running.child().terminate();
        case FROZEN -> running.child().kill();
        case EXITED -> {}
      }
    }
    long start = System.nanoTime();
    Duration told = patience.stop().compareTo(SILENCE) < 0 ? patience.stop() : SILENCE;
    List<Part> slow =
        wave.stream()
            .filter(running -> !running.child().awaitEnd(left(start, told)))
            .map(Running::part)
            .toList();
    if (!slow.isEmpty()) {
      listener.stopping(slow, left(start, patience.stop()));
    }
    for (Running running : wave) {
      if (!running.child().awaitEnd(left(start, patience.stop()))) {
        running.child().kill();
      }
      forget(running);
    }
  }

  private static Duration left(long startNanos, Duration time) {
    return Duration.ofNanos(Math.max(0, startNanos + time.toNanos() - System.nanoTime()));
  }
}
