package io.mooring.server.channel;

import io.mooring.server.loop.Agenda;
import io.mooring.server.loop.Loop;
import io.mooring.server.traffic.Traffic;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel's subscribers on one loop, dense, and the frames that wait for them. Belongs to its
 * loop.
 *
 * <p>Subscribers are served in turn, round after round, for as long as there is something that one
 * of them has not got. Each gets, with one write, all that has come by its own turn, so that what
 * comes in the middle of a round waits for nobody's but its own; those who are equally far share
 * one buffer. Up to {@value #PORTION} subscribers are served at the end of the loop's turn; a
 * longer round is one of the {@link Agenda}'s long items.
 *
 * <p>Who gets what, whoever joins or leaves in the middle of a round, follows from this:
 *
 * <ul>
 *   <li>what comes next for a member is {@link Subscription#next}, from the beginning the first
 *       that came after it;
 *   <li>{@code members[0, unserved)} still have their turn in this round, {@code members[unserved,
 *       size)} have had it or have joined since it began; between two rounds {@code unserved} is 0.
 * </ul>
 */
final class Subscribers implements Agenda.Item {
  /** How many writes the loop does before it looks for something that is more urgent. */
  static final int PORTION = 16;

  /** The most bytes that wait; a channel that brings more than its loop can send starts anew. */
  static final int MOST_WAITING_BYTES = 8 * 1024 * 1024;

  /**
   * An update of up to so many bytes, that is all there is for one of a few, goes to it as it is,
   * which is less work than a buffer for all.
   */
  static final int MOST_ALONE_BYTES = 4 * 1024;

  /** The longest rest between two rounds. */
  private static final long MOST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private static final Logger log = LoggerFactory.getLogger(Subscribers.class);

  private final String channel;
  private final Loop loop;
  private final boolean compress;
  private final boolean conflate;
  private final Traffic traffic;
  private final Outgoing outgoing;
  private final Followed followed;
  private boolean listed;
  private @Nullable Subscription[] members = new @Nullable Subscription[1];
  private int size;
  private int unserved;

  /** No member's next update has a lower number, of those who have had their turn in this round. */
  private int lowest;

  private int rounds;
  private long roundBegan;

  /** When the next round may begin. */
  private long restedAt = System.nanoTime();

  /** Whether there is a next round, which has not begun yet as this one has only just ended. */
  private boolean resting;

  /** Whether this round has followed on another. */
  private boolean repeats;

  /**
   * @param compress whether those who can take it get their frames compressed
   * @param conflate whether those who are congested get what comes update by update
   */
  Subscribers(
      String channel,
      Loop loop,
      ByteBufAllocator allocator,
      boolean compress,
      boolean conflate,
      Traffic traffic) {
    this.channel = channel;
    this.loop = loop;
    this.outgoing = new Outgoing(loop, allocator);
    this.compress = compress;
    this.conflate = conflate;
    this.traffic = traffic;
    this.followed = new Followed(traffic);
  }

  String channel() {
    return channel;
  }

  Loop loop() {
    return loop;
  }

  /**
   * Adds one for whom everything up to the admission's position, so what was sent here, is past.
   */
  void add(Joining joining, Admission admission) {
    assert loop.inside();
    Subscription subscription = joining.subscription();
    if (size == members.length) {
      members = Arrays.copyOf(members, size * 2);
    }
    members[size] = subscription;
    subscription.enter(this, size);
    subscription.next = outgoing.end();
    size++;
    subscription.subscriber().subscribed(joining, admission);
  }

  void remove(Subscription subscription) {
    assert loop.inside();
    int hole = subscription.index;
    followed.left(hole);
    if (hole < unserved) {
      // The gap among those to serve is closed by one of them.
      unserved--;
      move(unserved, hole);
      hole = unserved;
    }
    size--;
    move(size, hole);
    members[size] = null;
    subscription.index = Subscription.NOWHERE;
    if (members.length > PORTION && size < members.length / 4) {
      members = Arrays.copyOf(members, members.length / 2);
    }
  }

  private void move(int from, int to) {
    Subscription moved = members[from];
    if (from != to && moved != null) {
      members[to] = moved;
      moved.index = to;
    }
  }

  /**
   * Sends an update to everyone who is here now, at the end of this turn of the loop.
   *
   * @param arrivedNanos when what it says arrived at this server, by {@link System#nanoTime}
   */
  void send(Update update, long arrivedNanos) {
    assert loop.inside();
    if (!outgoing.isEmpty() && outgoing.bytes() + update.frame().length > MOST_WAITING_BYTES) {
      lose("more than " + MOST_WAITING_BYTES + " bytes wait", null);
      return;
    }
    outgoing.add(update);
    followed.came(outgoing.end() - 1, arrivedNanos, rounds, unserved);
    if (!listed) {
      list();
    }
  }

  /** Puts the next round on the agenda, now or after a rest. */
  private void list() {
    long rest = isShort() ? 0 : restedAt - System.nanoTime();
    if (rest > 0) {
      resting = true;
      loop.executor().schedule(this::rested, rest, TimeUnit.NANOSECONDS);
    } else {
      loop.agenda().add(this);
    }
    listed = true;
  }

  private void rested() {
    if (resting) {
      resting = false;
      loop.agenda().add(this);
    }
  }

  /** How many updates somebody here has not got yet. */
  int waiting() {
    assert loop.inside();
    return outgoing.count();
  }

  @Override
  public boolean isShort() {
    return size <= PORTION;
  }

  @Override
  public boolean repeats() {
    return repeats;
  }

  @Override
  public boolean advance() {
    assert loop.inside();
    resting = false;
    try {
      portion();
    } catch (Throwable broken) {
      // Nobody can tell who has got what: all start anew, and the channel goes on.
      lose("a round of the subscribers failed", broken);
    }
    listed = false;
    if (outgoing.isEmpty()) {
      return false;
    }
    if (unserved == 0 && !isShort()) {
      list();
      return false;
    }
    listed = true;
    return true;
  }

  private void portion() {
    if (outgoing.isEmpty()) {
      return;
    }
    if (unserved == 0) {
      rounds++;
      begin();
      unserved = size;
      lowest = outgoing.end();
    }
    long messages = 0;
    for (int left = PORTION; left > 0 && unserved > 0; left--) {
      // Counted as served before it is: a slow consumer leaves in the middle of its own turn.
      unserved--;
      Subscription member = members[unserved];
      if (member == null) {
        throw new IllegalStateException("nobody at " + unserved + " of " + channel);
      }
      messages += serve(member);
      lowest = member.next - lowest < 0 ? member.next : lowest;
    }
    traffic.delivered(messages);
    if (unserved == 0) {
      outgoing.dropBefore(lowest);
      rest();
    }
    followed.advanced(rounds, unserved);
  }

  /** Short rounds neither rest nor repeat, and need no clock. */
  private void begin() {
    if (!isShort()) {
      roundBegan = System.nanoTime();
      repeats = roundBegan - restedAt < MOST_REST_NANOS;
    }
  }

  private void rest() {
    if (!isShort()) {
      long now = System.nanoTime();
      restedAt = now + Math.min(MOST_REST_NANOS, now - roundBegan);
    }
  }

  /**
   * Brings a member what it has not got yet.
   *
   * @return how many messages
   */
  private int serve(Subscription member) {
    int from = member.next;
    if (from == outgoing.end()) {
      return 0;
    }
    boolean deflated;
    boolean apart;
    boolean idle;
    try {
      deflated = compress && member.subscriber().takesDeflated();
      apart = conflate && member.subscriber().congested();
      idle = isShort() && member.subscriber().isIdle();
    } catch (Throwable broken) {
      failed(member, broken);
      return 0;
    }
    if (apart) {
      return serveApart(member, deflated);
    }
    if (idle && outgoing.end() - from == 1) {
      byte[] frame = outgoing.at(from, deflated).frame();
      if (frame.length <= MOST_ALONE_BYTES) {
        return serve(member, frame);
      }
    }
    Outgoing.Shared shared = outgoing.from(from, deflated);
    member.next = shared.end();
    followed.served(shared.end(), rounds, unserved);
    try {
      member.subscriber().deliver(shared.after(from));
      return shared.end() - from;
    } catch (Throwable broken) {
      failed(member, broken);
      return 0;
    }
  }

  /** Brings a member the one update that it has not got yet. */
  private int serve(Subscription member, byte[] frame) {
    member.next = outgoing.end();
    try {
      member.subscriber().deliver(frame);
      return 1;
    } catch (Throwable broken) {
      failed(member, broken);
      return 0;
    }
  }

  private int serveApart(Subscription member, boolean deflated) {
    int from = member.next;
    int end = outgoing.end();
    member.next = end;
    try {
      for (int number = from; number != end; number++) {
        member.subscriber().deliver(channel, outgoing.at(number, deflated));
      }
      return end - from;
    } catch (Throwable broken) {
      failed(member, broken);
      return 0;
    }
  }

  /** What fails for one does not keep the others from their turn. */
  private void failed(Subscription member, Throwable broken) {
    log.error("event=subscriber_failed channel={}", channel, broken);
    missed(member);
  }

  private void missed(Subscription member) {
    member.next = outgoing.end();
    try {
      member.subscriber().missed();
    } catch (Throwable broken) {
      log.error("event=subscriber_failed channel={}", channel, broken);
    }
  }

  /** Gives up what waits: everyone's position ends here. */
  private void lose(String reason, @Nullable Throwable cause) {
    log.error(
        "event=frames_lost channel={} frames={} subscribers={} reason=\"{}\"",
        channel,
        outgoing.count(),
        size,
        reason,
        cause);
    unserved = 0;
    followed.giveUp();
    try {
      outgoing.clear();
    } catch (IllegalReferenceCountException gone) {
      log.error("event=buffer_miscounted channel={}", channel, gone);
    }
    // From the end: one that leaves is replaced with one that has been told.
    for (int i = size - 1; i >= 0; i--) {
      Subscription member = i < size ? members[i] : null;
      if (member != null) {
        missed(member);
      }
    }
  }
}
