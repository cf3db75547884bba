package io.mooring.controlplane.leader;

import io.mooring.controlplane.rounds.Rounds;
import io.mooring.registry.Election;
import io.mooring.registry.Fence;
import io.mooring.registry.Leader;
import io.mooring.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this replica leads. The leader beats each second; a replica that sees the beat stand
 * still for five seconds of its own monotonic clock takes over with a higher fence. A leader that
 * could not beat for four seconds acts no more, before anybody can have followed it; one that stood
 * still in the middle of an act is stopped by its fence.
 *
 * <p>A registry that was emptied looks like one in which nobody has led yet. A replica that starts
 * between that and the leader's next beat, a second at most, takes over beside it; the beat then
 * deposes it. Both act on what the same scripts compare, and the newcomer knows no server of
 * before.
 *
 * <p>Also judged by what this process has seen itself: a look that failed, or a gap between two
 * looks, begins the five seconds anew.
 */
public final class Leadership implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Leadership.class);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration DEAD_AFTER = Duration.ofSeconds(5);
  private static final Duration ACTS_FOR = Duration.ofSeconds(4);
  private static final Duration LONGEST_GAP = Duration.ofSeconds(2);

  private record Held(Fence fence, long beaten) {}

  /** What was seen at the last look, since when it is unchanged, and when that look was. */
  private record Seen(Leader leader, long since, long last) {}

  private final Election election;
  private final String name;
  private final LongSupplier ticks;
  private final Rounds rounds;

  private boolean looked;
  private @Nullable Seen seen;
  private @Nullable String trouble;
  private Optional<Fence> announced = Optional.empty();
  private volatile long known;
  private volatile String holder = "";
  private volatile @Nullable Held held;

  /**
   * @param name of this replica; no other has the same
   */
  public Leadership(Election election, String name) {
    this(election, name, System::nanoTime);
  }

  /**
   * @param ticks monotonic nanoseconds
   */
  Leadership(Election election, String name, LongSupplier ticks) {
    this.election = election;
    this.name = name;
    this.ticks = ticks;
    this.rounds = new Rounds("leadership", this::turn);
  }

  public Leadership start() {
    rounds.start();
    return this;
  }

  /** Present while this replica leads; shown with every write that only the leader may do. */
  public Optional<Fence> fence() {
    Held now = held;
    return now != null && ticks.getAsLong() - now.beaten() < ACTS_FOR.toNanos()
        ? Optional.of(now.fence())
        : Optional.empty();
  }

  /** The leader that this replica saw last, itself or another; empty when there is none. */
  public Optional<Fence> leader() {
    String who = holder;
    long fence = known;
    return who.isEmpty() || fence == 0 ? Optional.empty() : Optional.of(new Fence(who, fence));
  }

  public String name() {
    return name;
  }

  /** Ends leading; another replica takes over at once. */
  @Override
  public void close() {
    rounds.close();
    resign();
  }

  /** Beats, or looks whether somebody does; returns how long to wait until the next time. */
  Duration turn() {
    Held leading = held;
    Duration pause = LOOK;
    try {
      if (leading != null) {
        beat(leading.fence());
        pause = BEAT;
      } else {
        look();
      }
      trouble = null;
    } catch (RegistryUnavailableException away) {
      troubled(String.valueOf(away.getMessage()));
    } catch (RuntimeException unreadable) {
      troubled(unreadable.toString());
    }
    announce();
    return pause;
  }

  private void troubled(String reason) {
    seen = null;
    if (!reason.equals(trouble)) {
      log.warn("event=leader_not_seen reason=\"{}\" (nobody takes over meanwhile)", reason);
    }
    trouble = reason;
  }

  private void beat(Fence fence) {
    long asked = ticks.getAsLong();
    Optional<Fence> above = election.beat(fence);
    if (above.isEmpty()) {
      held = new Held(fence, asked);
      return;
    }
    held = null;
    seen = null;
    note(above.get().holder(), above.get().number());
  }

  private void look() {
    Leader leader = election.leader();
    long now = ticks.getAsLong();
    long since = since(leader, now);
    seen = new Seen(leader, since, now);
    // An earlier life of this process has ended, or it will find itself deposed.
    boolean formerLife = !looked && leader.holder().equals(name);
    looked = true;
    note(leader.holder(), leader.fence());
    boolean vacant = leader.holder().isEmpty() && leader.fence() == known;
    if (vacant || formerLife || now - since >= DEAD_AFTER.toNanos()) {
      take(leader);
    }
  }

  private long since(Leader leader, long now) {
    Seen before = seen;
    return before != null
            && before.leader().equals(leader)
            && now - before.last() <= LONGEST_GAP.toNanos()
        ? before.since()
        : now;
  }

  private void take(Leader from) {
    long asked = ticks.getAsLong();
    Optional<Fence> taken = election.take(name, from, known);
    if (taken.isPresent()) {
      held = new Held(taken.get(), asked);
      note(name, taken.get().number());
    }
  }

  /** A registry that came back older does not take back what was known. */
  private void note(String who, long fence) {
    if (fence >= known) {
      known = fence;
      holder = who;
    }
  }

  private void announce() {
    Optional<Fence> now = fence();
    if (now.equals(announced)) {
      return;
    }
    announced.ifPresent(
        lost ->
            log.warn(
                "event=leader_lost name={} fence={} reason=\"{}\"",
                name,
                lost.number(),
                held == null
                    ? "deposed by " + holder + " with fence " + known
                    : "could not beat for " + ACTS_FOR.toSeconds() + " s"));
    now.ifPresent(taken -> log.info("event=leader_taken name={} fence={}", name, taken.number()));
    announced = now;
  }

  private void resign() {
    Held leading = held;
    held = null;
    if (leading == null) {
      return;
    }
    try {
      election.resign(leading.fence());
    } catch (RegistryUnavailableException away) {
      log.debug("event=leader_not_resigned reason=\"{}\"", away.getMessage());
    }
  }
}
