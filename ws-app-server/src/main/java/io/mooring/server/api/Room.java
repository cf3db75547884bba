package io.mooring.server.api;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How much the requests may hold in memory together, and how many there may be. Whoever finds no
 * room within a moment is to come again. Safe for use by many threads.
 */
final class Room {
  private static final int MOST_REQUESTS = 512;

  /** Requests may take so much of the heap. */
  private static final int PART = 4;

  private static final int UNIT = 1024;
  private static final long PATIENCE_MILLIS = 1_000;

  private final Semaphore requests;
  private final int units;
  private final Semaphore free;

  Room(long bytes, int mostRequests) {
    this.requests = new Semaphore(mostRequests);
    this.units = units(bytes);
    this.free = new Semaphore(units, true);
  }

  static Room ofProcess() {
    return new Room(Runtime.getRuntime().maxMemory() / PART, MOST_REQUESTS);
  }

  /** What somebody holds until it is closed. */
  final class Place implements AutoCloseable {
    private final Semaphore from;
    private int held;

    private Place(Semaphore from, int held) {
      this.from = from;
      this.held = held;
    }

    @Override
    public void close() {
      from.release(held);
      held = 0;
    }
  }

  /**
   * A request's own place, whatever it holds.
   *
   * @throws RefusedException if there are too many
   */
  Place enter() {
    if (!requests.tryAcquire()) {
      throw Problem.unavailable("the server answers as many requests as it may").refusal();
    }
    return new Place(requests, 1);
  }

  /**
   * Waits a little for others to be done.
   *
   * @param bytes what is held at worst; more than there is counts as all there is
   * @throws RefusedException if there is no room
   */
  Place take(long bytes) throws InterruptedException {
    int wanted = Math.min(units, units(bytes));
    if (!free.tryAcquire(wanted, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw Problem.unavailable("the server has no memory for one more such request").refusal();
    }
    return new Place(free, wanted);
  }

  private static int units(long bytes) {
    return (int) Math.clamp((bytes + UNIT - 1) / UNIT, 1, Integer.MAX_VALUE);
  }
}
