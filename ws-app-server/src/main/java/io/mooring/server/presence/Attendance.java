package io.mooring.server.presence;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.server.loop.Loops;
import io.mooring.server.loop.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has sockets on this server, and in which rooms, counted here and said to {@link Presence}:
 * with the first socket of a user, with the end of its last, and every {@link #PERIOD} in portions.
 * A user whose socket was lost is said to be here until the resume window is over; if it has come
 * back, or has moved to another server meanwhile, nobody hears of it. While presence is away
 * everything is kept, and what was said is corrected when it is back.
 *
 * <p>For any thread. Calls for one user come in order, as do those for one room. Each user and each
 * room belongs to the strand of its name.
 */
public final class Attendance {
  /** So often each user and each room is refreshed: twice it may fail. */
  static final Duration PERIOD = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(Attendance.class);
  private static final long TICK_MILLIS = 250;

  static final int TICKS = (int) (PERIOD.toMillis() / TICK_MILLIS);

  /** Servers that hear of a death at the same time do not all go to Redis in the same moment. */
  private static final long SWEEP_SPREAD_MILLIS = 500;

  /** What one strand owns. */
  private record Shard(Strand strand, Line line, UsersHere users, RoomsHere rooms) {
    void tick() {
      try {
        if (line.takeNews()) {
          users.hurry();
          rooms.hurry();
        }
        users.tick();
        rooms.tick();
      } catch (Throwable broken) {
        // One that threw would be the last.
        log.error("event=attendance_failed action=\"going on in {} ms\"", TICK_MILLIS, broken);
      }
    }
  }

  private final Loops loops;
  private final boolean users;
  private final List<Shard> shards = new ArrayList<>();
  private final LongAdder failures = new LongAdder();

  /**
   * @param self as whom this server holds its users; empty until the registry has given it a
   *     generation. On any thread, and cheap.
   * @param resume how long a client that was lost is waited for
   * @param users whether it is said who has sockets here, and not only who is in rooms
   */
  public Attendance(
      Loops loops,
      Presence presence,
      Supplier<Optional<Holder>> self,
      Duration resume,
      boolean users) {
    this(loops, presence, self, resume, users, System::nanoTime);
  }

  /**
   * @param nanos the clock
   */
  Attendance(
      Loops loops,
      Presence presence,
      Supplier<Optional<Holder>> self,
      Duration resume,
      boolean users,
      LongSupplier nanos) {
    this.loops = loops;
    this.users = users;
    for (int i = 0; i < loops.strands(); i++) {
      Strand strand = loops.strand(i);
      Line line = new Line(strand, presence, self, failures, nanos);
      shards.add(
          new Shard(
              strand,
              line,
              new UsersHere(line, resume.toNanos(), TICKS),
              new RoomsHere(line, resume.toNanos(), TICKS)));
    }
  }

  public void watch(MeterRegistry meters) {
    Gauge.builder("mooring_presence_users", () -> sum(shard -> shard.users.count()))
        .description("Users with a socket here, or with one that is waited for")
        .register(meters);
    Gauge.builder("mooring_presence_rooms", () -> sum(shard -> shard.rooms.count()))
        .description("Rooms that one of them is in")
        .register(meters);
    FunctionCounter.builder("mooring_presence_failures", failures, LongAdder::sum)
        .description("Calls that did not get through, or whose answer did not")
        .register(meters);
  }

  private int sum(ToIntFunction<Shard> count) {
    return shards.stream().mapToInt(count).sum();
  }

  /** Begins to refresh. It ends with the loops. */
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

  /** A socket of the user is here. */
  public void came(String user) {
    if (users) {
      Shard shard = shard(user);
      shard.strand.run(() -> shard.users.came(user));
    }
  }

  /** One that {@link #came} is not here any more. */
  public void went(String user, Departure departure) {
    if (users) {
      Shard shard = shard(user);
      shard.strand.run(() -> shard.users.went(user, departure));
    }
  }

  /**
   * A socket of the user is subscribed to the room's channel.
   *
   * @param info see {@link Member#info}; that of a user's first socket counts
   */
  public void entered(String room, String user, String info) {
    Shard shard = shard(room);
    shard.strand.run(() -> shard.rooms.entered(room, user, info));
  }

  /** One that {@link #entered} is not subscribed any more. */
  public void left(String room, String user, Departure departure) {
    Shard shard = shard(room);
    shard.strand.run(() -> shard.rooms.left(room, user, departure));
  }

  /** The fleet knows of dead holders: they are dropped, soon, from the rooms that are here. */
  public void fleetChanged() {
    for (Shard shard : shards) {
      shard.strand.schedule(
          shard.rooms::sweep,
          ThreadLocalRandom.current().nextLong(SWEEP_SPREAD_MILLIS),
          TimeUnit.MILLISECONDS);
    }
  }

  /** What happens four times a second. */
  void tick() {
    for (Shard shard : shards) {
      shard.strand.run(shard::tick);
    }
  }

  private Shard shard(String name) {
    return shards.get(loops.strand(name).index());
  }
}
