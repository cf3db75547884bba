package io.mooring.cli.clients;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Clients from their first connect to the summary. */
public final class Demonstration {
  private final Clients clients;
  private final Load load;
  private final Display display;
  private final BooleanSupplier tierIsUp;

  /**
   * @param tierIsUp asked when no client has a socket
   */
  public Demonstration(Clients clients, Load load, Display display, BooleanSupplier tierIsUp) {
    this.clients = clients;
    this.load = load;
    this.display = display;
    this.tierIsUp = tierIsUp;
  }

  /**
   * Blocks until it is told to end, or the tier has.
   *
   * @return whether every message came once to everybody, and the tier is up still
   */
  public boolean run(CompletableFuture<Void> end) throws InterruptedException {
    long start = System.nanoTime();
    clients.gather(joined -> display.gathering(joined, load.clients()), end);
    clients.publish();
    boolean up = true;
    while (up && !isOver(end)) {
      Figures figures = clients.figures();
      tellNews();
      display.figures(figures);
      up = figures.connected() > 0 || tierIsUp.getAsBoolean();
    }
    tellNews();
    if (!up) {
      display.trouble("the tier has ended");
    }
    Figures last = clients.figures();
    display.summary(last, Duration.ofNanos(System.nanoTime() - start));
    return up && last.flawless();
  }

  private void tellNews() {
    clients.disturbance().ifPresent(display::disturbance);
    for (Optional<String> next = clients.trouble(); next.isPresent(); next = clients.trouble()) {
      display.trouble(next.get());
    }
  }

  /** Waits a second, or until the end. */
  private static boolean isOver(CompletableFuture<Void> end) throws InterruptedException {
    try {
      end.get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
