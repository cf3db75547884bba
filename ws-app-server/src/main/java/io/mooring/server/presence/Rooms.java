package io.mooring.server.presence;

import io.mooring.server.loop.Loops;
import io.mooring.server.loop.Strand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of which somebody on this server has asked who is in them. Their versions are compared,
 * over and over and in batches, as what is told may be lost without a word.
 */
public final class Rooms {
  private static final Logger log = LoggerFactory.getLogger(Rooms.class);
  private static final long TICK_MILLIS = 1_000;

  /** So often the versions are compared, in ticks. */
  static final int COMPARE_TICKS = 6;

  private static final long SWEEP_SPREAD_MILLIS = 500;

  private final Loops loops;
  private final Presence presence;
  private final LongSupplier nanos;
  private final List<Shard> shards = new ArrayList<>();

  public Rooms(Loops loops, Presence presence) {
    this(loops, presence, System::nanoTime);
  }

  /**
   * @param nanos the clock
   */
  Rooms(Loops loops, Presence presence, LongSupplier nanos) {
    this.loops = loops;
    this.presence = presence;
    this.nanos = nanos;
    for (int i = 0; i < loops.strands(); i++) {
      shards.add(new Shard(loops.strand(i)));
    }
  }

  /** Begins to compare. It ends with the loops. */
  public void start() {
    for (Shard shard : shards) {
      var ignored =
          shard.strand.scheduleWithFixedDelay(
              shard::tick,
              ThreadLocalRandom.current().nextLong(TICK_MILLIS),
              TICK_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Opens a room that is not open; called on its strand.
   *
   * @param listener hears from when the members are known
   */
  public Room open(String name, Room.Listener listener) {
    Shard shard = shard(name);
    CompletionStage<Void> free = shard.ending.get(name);
    Room room =
        new Room(
            name,
            shard.strand,
            presence,
            listener,
            free == null ? CompletableFuture.completedStage(null) : free,
            nanos);
    shard.rooms.put(name, room);
    return room;
  }

  /** Ends what was opened; called on its strand. */
  public void close(String name) {
    Shard shard = shard(name);
    Room room = shard.rooms.remove(name);
    if (room != null) {
      CompletionStage<Void> end = room.close();
      shard.ending.put(name, end);
      var ignored = end.thenRun(() -> shard.strand.run(() -> shard.ending.remove(name, end)));
    }
  }

  /** The fleet knows of dead holders: they are dropped, soon, from the rooms that are open. */
  public void fleetChanged() {
    for (Shard shard : shards) {
      shard.strand.schedule(
          shard::sweep,
          ThreadLocalRandom.current().nextLong(SWEEP_SPREAD_MILLIS),
          TimeUnit.MILLISECONDS);
    }
  }

  /** What happens once a second. */
  void tick() {
    for (Shard shard : shards) {
      shard.strand.run(shard::tick);
    }
  }

  private Shard shard(String name) {
    return shards.get(loops.strand(name).index());
  }

  /** What one strand owns. */
  private final class Shard {
    final Strand strand;
    final Map<String, Room> rooms = new HashMap<>();

    /** Of rooms that were closed and are still watched. */
    final Map<String, CompletionStage<Void>> ending = new HashMap<>();

    private final SweepDue sweepDue = new SweepDue();
    private int ticks;

    Shard(Strand strand) {
      this.strand = strand;
    }

    void tick() {
      try {
        List.copyOf(rooms.values()).forEach(Room::tick);
        if (++ticks % COMPARE_TICKS == 0) {
          compare();
        }
        if (sweepDue.take(nanos.getAsLong())) {
          sweepNow();
        }
      } catch (Throwable broken) {
        // One that threw would be the last.
        log.error("event=rooms_failed action=\"going on in {} ms\"", TICK_MILLIS, broken);
      }
    }

    private void compare() {
      Map<String, Version> then = new HashMap<>();
      rooms.forEach((name, room) -> room.version().ifPresent(version -> then.put(name, version)));
      if (then.isEmpty()) {
        return;
      }
      var ignored =
          presence
              .versions(then.keySet())
              .thenAccept(there -> strand.run(() -> compared(then, there)));
    }

    private void compared(Map<String, Version> then, Map<String, Version> there) {
      there.forEach(
          (name, version) -> {
            Room room = rooms.get(name);
            Version before = then.get(name);
            if (room != null && before != null) {
              room.compared(before, version);
            }
          });
    }

    private void sweep() {
      sweepDue.begin(nanos.getAsLong());
      sweepNow();
    }

    private void sweepNow() {
      if (!rooms.isEmpty()) {
        var ignored =
            presence
                .sweep(List.copyOf(rooms.keySet()))
                .whenComplete(
                    (swept, away) -> {
                      if (away != null) {
                        log.debug("event=sweep_failed", away);
                      }
                      strand.run(() -> sweepDue.ended(away != null, nanos.getAsLong()));
                    });
      }
    }
  }
}
