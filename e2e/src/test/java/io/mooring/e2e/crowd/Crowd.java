package io.mooring.e2e.crowd;

import io.mooring.e2e.ledger.Ledger;
import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Verdict;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Many clients, some of whom publish, and the ledger of what they see. The methods may be called by
 * any thread; everything happens on one loop.
 */
public final class Crowd implements AutoCloseable {
  private static final long GATHER_EVERY_MILLIS = 20;
  private static final int OPENED_AT_ONCE = 4;
  private static final int OPENING = 40;
  private static final Duration GATHERING = Duration.ofMinutes(3);
  private static final long PUBLISH_EVERY_MILLIS = 20;
  private static final long LISTEN_EVERY_MILLIS = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final Shape shape;
  private final Random fate;
  private final Random ways;
  private final Tally tally = new Tally();
  private final Ledger ledger;
  private final List<Member> members = new ArrayList<>();
  private final List<CompletableFuture<Long>> awaitingAcknowledgement = new ArrayList<>();
  private @Nullable ScheduledFuture<?> publishing;
  private @Nullable ScheduledFuture<?> listening;
  private @Nullable ScheduledFuture<?> beating;
  private int begun;
  private int cutsLeft;
  private long published;
  private long publishingSince;

  /**
   * How large a crowd is.
   *
   * @param name of its channels
   * @param members so many clients
   * @param channels each of whose first members publishes on it
   * @param each how many of the channels a member subscribes to
   * @param perSecond messages, all publishers together
   * @param bytes by which each message is longer than it has to be
   * @param deaf members who do not know {@code reconnect}
   * @param rollbacks as in {@link Ledger}; publishers do not try again then, as what is published
   *     once more may have been seen before the log forgot it
   * @param keyed whether messages have keys, so that a channel may conflate
   */
  public record Shape(
      String name,
      int members,
      int channels,
      int each,
      int perSecond,
      int bytes,
      int deaf,
      boolean rollbacks,
      boolean keyed) {
    /** What the promises are made for. */
    public static final Shape FULL = new Shape("crowd", 2_000, 100, 1, 300, 0, 0, false, false);

    /** As many deliveries, on connections with several channels, which are often made anew. */
    public static final Shape RESTLESS = new Shape("crowd", 600, 100, 3, 300, 0, 0, false, false);

    public Shape withDeaf(int number) {
      return new Shape(name, members, channels, each, perSecond, bytes, number, rollbacks, keyed);
    }

    public Shape withRollbacks() {
      return new Shape(name, members, channels, each, perSecond, bytes, deaf, true, keyed);
    }

    boolean isDeaf(int member) {
      return member >= members - deaf;
    }

    List<String> channelsOf(int member) {
      int apart = channels / each;
      return IntStream.range(0, each)
          .mapToObj(i -> "demo.%s-%d".formatted(name, (member + i * apart) % channels))
          .toList();
    }
  }

  public Crowd(Entrance entrance, Shape shape, long seed) {
    this.shape = shape;
    this.fate = new Random(seed);
    this.ways = new Random(~seed);
    System.out.printf("crowd of %d: seed %d%n", shape.members(), seed);
    this.group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    this.loop = group.next();
    this.ledger = new Ledger(shape.rollbacks(), System::nanoTime);
    for (int number = 0; number < shape.members(); number++) {
      members.add(
          new Member(number, shape, loop, entrance, fate, ledger, tally, this::acknowledged));
    }
  }

  /**
   * Opens all sockets, at most 200 a second and only so many at once, and returns when each is
   * subscribed.
   */
  public Crowd gather() {
    ScheduledFuture<?> gathering = repeat(this::openSome, GATHER_EVERY_MILLIS);
    Awaitility.await("first connects")
        .atMost(GATHERING)
        .failFast(this::expectNoMistake)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              int connected = ask(() -> begun - (int) opening());
              if (connected < members.size()) {
                throw new AssertionError(
                    "%d of %d are connected; %s"
                        .formatted(connected, members.size(), report().figures()));
              }
            });
    gathering.cancel(false);
    awaitSettled();
    listening = repeat(() -> members.forEach(Member::listen), LISTEN_EVERY_MILLIS);
    beating = repeat(tally::beat, Pulse.EVERY_MILLIS);
    return this;
  }

  private void openSome() {
    for (int i = 0; i < OPENED_AT_ONCE && begun < members.size() && opening() < OPENING; i++) {
      members.get(begun++).connect();
    }
  }

  private long opening() {
    return members.subList(0, begun).stream().filter(member -> !member.settled()).count();
  }

  /** Begins to publish. */
  public Crowd publish() {
    publishingSince = System.nanoTime();
    publishing = repeat(this::publishSome, PUBLISH_EVERY_MILLIS);
    return this;
  }

  /** Every member has a socket on which all its channels are live. */
  public void awaitSettled() {
    Awaitility.await("members without their channels")
        .atMost(PATIENCE)
        .failFast(this::expectNoMistake)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              List<Integer> missing =
                  ask(
                      () ->
                          members.stream()
                              .filter(member -> !member.settled())
                              .map(Member::number)
                              .toList());
              if (!missing.isEmpty()) {
                throw new AssertionError(
                    "%d members are without their channels: %s; %s"
                        .formatted(
                            missing.size(),
                            missing.stream().limit(10).toList(),
                            report().figures()));
              }
            });
  }

  /**
   * Ends live sockets, whose clients and ways the seed draws.
   *
   * @param times in all
   * @param perSecond at most 1,000
   * @return completes when the last one was ended
   */
  public CompletableFuture<Void> cut(int times, int perSecond) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    ask(() -> cutsLeft = times);
    ScheduledFuture<?> cutting =
        repeat(
            () -> {
              if (cutsLeft > 0 && cutOne()) {
                cutsLeft--;
              }
              if (cutsLeft == 0) {
                done.complete(null);
              }
            },
            1_000 / perSecond);
    done.whenComplete((all, never) -> cutting.cancel(false));
    return done;
  }

  private boolean cutOne() {
    Cut way = Cut.values()[ways.nextInt(Cut.values().length)];
    for (int tries = 0; tries < members.size(); tries++) {
      if (members.get(ways.nextInt(members.size())).cut(way)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Lets members read nothing any more, or read again.
   *
   * @param last how many: the last ones, who do not publish
   * @return the ids of their connections
   */
  public Set<String> read(int last, boolean reading) {
    return ask(
        () -> {
          List<Member> those = members.subList(members.size() - last, members.size());
          those.forEach(member -> member.read(reading));
          return those.stream().map(Member::connection).collect(Collectors.toSet());
        });
  }

  /** What became of resumes so far, by what the servers called them. */
  public Map<String, Integer> resumes() {
    return ask(ledger::resumes);
  }

  /** Losses that members were told of so far, by reason. */
  public Map<String, Integer> told() {
    return ask(ledger::told);
  }

  /** Completes with the monotonic time of the next acknowledgement. */
  public CompletableFuture<Long> nextAcknowledgement() {
    CompletableFuture<Long> next = new CompletableFuture<>();
    loop.execute(() -> awaitingAcknowledgement.add(next));
    return next;
  }

  /** How many sockets each server holds. */
  public Map<String, Integer> byServer() {
    return ask(
        () -> {
          Map<String, Integer> servers = new TreeMap<>();
          members.stream()
              .filter(Member::open)
              .forEach(member -> servers.merge(member.server(), 1, Integer::sum));
          return servers;
        });
  }

  public Report report() {
    return ask(tally::report);
  }

  /** Counts of sockets begin anew; the ledger goes on. */
  public void clearCounts() {
    ask(
        () -> {
          tally.clear();
          return true;
        });
  }

  /**
   * Publishes no more, waits until what is under way has arrived, as far as it ever will, and
   * judges.
   *
   * @param share of what was sent that must have been acknowledged, lest nothing was tried
   * @throws AssertionError if a client made a mistake, or too little was tried
   */
  public Verdict settle(double share) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - publishingSince);
    cancel(publishing);
    awaitSettled();
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(15))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> ask(this::quiet));
    } catch (org.awaitility.core.ConditionTimeoutException unequal) {
      // The verdict names who lacks what.
    }
    expectNoMistake();
    Verdict verdict = ask(ledger::verdict);
    if (verdict.intended() < seconds * shape.perSecond() / 4
        || verdict.acknowledged() < share * verdict.intended()
        || verdict.deliveries() < verdict.acknowledged()) {
      throw new AssertionError(
          "too little was published in %d s to judge anything: %s"
              .formatted(seconds, verdict.figures()));
    }
    return verdict;
  }

  /** Ends all sockets; fails if a client made a mistake, so that none goes unseen. */
  @Override
  public void close() {
    List<Throwable> made =
        ask(
            () -> {
              cancel(publishing);
              cancel(listening);
              cancel(beating);
              members.forEach(Member::leave);
              return tally.mistakes().made();
            });
    group.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    Mistakes.rethrow(made);
  }

  private void expectNoMistake() {
    Mistakes.rethrow(ask(tally.mistakes()::made));
  }

  private ScheduledFuture<?> repeat(Runnable task, long millis) {
    return loop.scheduleAtFixedRate(
        tally.mistakes().guarded(task), 0, millis, TimeUnit.MILLISECONDS);
  }

  private static void cancel(@Nullable ScheduledFuture<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  private void publishSome() {
    long due = shape.perSecond() * PUBLISH_EVERY_MILLIS / 1_000;
    for (long i = 0; i < due; i++) {
      members.get((int) (published++ % shape.channels())).publish();
    }
  }

  private void acknowledged() {
    if (!awaitingAcknowledgement.isEmpty()) {
      long now = System.nanoTime();
      awaitingAcknowledgement.forEach(waiting -> waiting.complete(now));
      awaitingAcknowledgement.clear();
    }
  }

  /**
   * Whether all answers are there, and all members of each channel are at the same place, with all
   * that was acknowledged.
   */
  private boolean quiet() {
    Map<String, Position> tops = new HashMap<>();
    for (Member member : members) {
      if (member.unanswered() > 0) {
        return false;
      }
      for (Listening listening : member.listenings()) {
        Position at = listening.position();
        Position other = at == null ? null : tops.putIfAbsent(listening.channel(), at);
        if (at == null
            || (other != null && !other.equals(at))
            || at.off() < ledger.acknowledged(listening.channel(), at.epoch())) {
          return false;
        }
      }
    }
    return true;
  }

  private <T> T ask(Callable<T> question) {
    return loop.submit(question).syncUninterruptibly().getNow();
  }
}
