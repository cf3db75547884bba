package io.mooring.server.presence;

import io.mooring.server.loop.Strand;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Those on this server who look at one room, from the first to the last. Belongs to the strand of
 * the room's name; what concerns an onlooker goes to its loop, in order.
 */
final class Audience implements Room.Listener {
  /** So long what happens is gathered, so that a crowd that comes is a few frames and not many. */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** So much of it goes together, in bytes; the rest has its turn when all were told. */
  private static final int MOST_TOGETHER = 16 * 1024;

  /**
   * So much is told of one room in a second, in bytes to all onlookers together, so that a storm in
   * a large room leaves the others what they need. What comes faster is gathered for longer.
   */
  private static final double MOST_A_SECOND = 32 << 20;

  /** What it costs to tell one onlooker anything, in bytes that it could have been told. */
  private static final int A_TELLING = 1_280;

  private final String name;
  private final Strand strand;
  private final Audiences all;
  private final Room room;
  private final @Nullable Seats[] byLoop;
  private final int[] seats;

  /** Those who have not been told yet who is there. */
  private final Set<Onlooker> waiting = new HashSet<>();

  private final Set<Onlooker> seated = new HashSet<>();

  /** User → what has become of it since the last telling. */
  private final Map<String, Change> unsaid = new LinkedHashMap<>();

  /** How often somebody was shown the members, and so knew what was unsaid. */
  private long views;

  /** How many loops are telling. */
  private int telling;

  private boolean due;

  /** Not all that was unsaid has gone together. */
  private boolean backlog;

  private long nextNanos;

  /** What has become of a user. */
  private static final class Change {
    /** When it began, in {@link #views}. */
    final long begun;

    /** Its info, if it was here when this began. */
    final @Nullable String before;

    /** Its info, if it is here. */
    @Nullable String now;

    /** Its last info. */
    String last;

    /** It has left since this began. */
    boolean hasLeft;

    Change(long begun, @Nullable String before, String info) {
      this.begun = begun;
      this.before = before;
      this.now = before;
      this.last = info;
    }
  }

  Audience(String name, Strand strand, int loops, Audiences all, Rooms rooms) {
    this.name = name;
    this.strand = strand;
    this.all = all;
    this.byLoop = new @Nullable Seats[loops];
    this.seats = new int[loops];
    this.room = rooms.open(name, this);
  }

  /**
   * @param settled called on the strand when the onlooker has been answered
   */
  void join(Onlooker onlooker, Runnable settled) {
    assert strand.inside();
    waiting.add(onlooker);
    var ignored =
        room.known()
            .whenComplete(
                (known, failure) ->
                    strand.run(
                        () -> {
                          answer(onlooker, failure == null);
                          settled.run();
                        }));
  }

  private void answer(Onlooker onlooker, boolean known) {
    if (!waiting.remove(onlooker)) {
      return;
    }
    if (!known) {
      strand.tell(onlooker.loop(), onlooker::unavailable);
      return;
    }
    int loop = onlooker.loop().index();
    Seats row = byLoop[loop];
    if (row == null) {
      row = new Seats(name, onlooker.loop());
      byLoop[loop] = row;
    }
    views++;
    seated.add(onlooker);
    seats[loop]++;
    Seats there = row;
    Page first = room.page("", Page.SIZE);
    strand.tell(onlooker.loop(), () -> there.add(onlooker, first));
  }

  /** Without effect on one who was told that nothing can be told. */
  void leave(Onlooker onlooker) {
    assert strand.inside();
    int loop = onlooker.loop().index();
    Seats row = byLoop[loop];
    waiting.remove(onlooker);
    if (seated.remove(onlooker) && row != null) {
      seats[loop]--;
      strand.tell(onlooker.loop(), () -> row.remove(onlooker));
    }
  }

  /** Only of a room whose members its asker has been told before. */
  Page page(String after) {
    assert strand.inside();
    views++;
    return room.page(after, Page.SIZE);
  }

  /**
   * @return empty if nobody has been told of the members, so that they may not be known
   */
  Optional<Page> page(String after, int most) {
    assert strand.inside();
    return seated.isEmpty() ? Optional.empty() : Optional.of(room.page(after, most));
  }

  boolean isDeserted() {
    assert strand.inside();
    return waiting.isEmpty() && seated.isEmpty();
  }

  @Override
  public void joined(String user, String info) {
    all.joined();
    Change change = unsaid.computeIfAbsent(user, key -> new Change(views, null, info));
    change.now = info;
    change.last = info;
    plan();
  }

  @Override
  public void left(String user, String info) {
    all.left();
    Change change = unsaid.computeIfAbsent(user, key -> new Change(views, info, info));
    change.now = null;
    change.hasLeft = true;
    if (change.before == null && !mayBeKnown(change)) {
      unsaid.remove(user);
    }
    plan();
  }

  private void plan() {
    if (!due && telling == 0 && !unsaid.isEmpty()) {
      due = true;
      long wait = Math.max(backlog ? 0 : GATHER_NANOS, nextNanos - System.nanoTime());
      strand.schedule(this::tell, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void tell() {
    due = false;
    if (seated.isEmpty()) {
      unsaid.clear();
      backlog = false;
      return;
    }
    byte[] frames = frames();
    if (frames.length == 0) {
      return;
    }
    double seconds = (A_TELLING + frames.length) * (double) seated.size() / MOST_A_SECOND;
    nextNanos = System.nanoTime() + Math.round(seconds * TimeUnit.SECONDS.toNanos(1));
    for (int i = 0; i < byLoop.length; i++) {
      Seats row = byLoop[i];
      if (row != null && seats[i] > 0) {
        telling++;
        strand.tell(row.loop(), () -> row.say(frames, () -> strand.run(this::told)));
      }
    }
  }

  private void told() {
    telling--;
    plan();
  }

  /** As much as goes together of what is unsaid; all of it if that comes to nothing. */
  private byte[] frames() {
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    Iterator<Map.Entry<String, Change>> next = unsaid.entrySet().iterator();
    while (next.hasNext() && together.size() < MOST_TOGETHER) {
      Map.Entry<String, Change> one = next.next();
      frames(one.getKey(), one.getValue()).forEach(together::writeBytes);
      next.remove();
    }
    backlog = next.hasNext();
    return together.toByteArray();
  }

  /** Whether somebody may have seen what has become of the user meanwhile. */
  private boolean mayBeKnown(Change change) {
    return views != change.begun;
  }

  /** What has come to nothing is told only if somebody may have seen something else. */
  private List<byte[]> frames(String user, Change change) {
    String before = change.before;
    String now = change.now;
    if (now == null) {
      return before == null && !mayBeKnown(change)
          ? List.of()
          : List.of(all.encoder().left(name, user, change.last));
    }
    byte[] joined = all.encoder().joined(name, user, now);
    if (mayBeKnown(change) ? !change.hasLeft : before == null) {
      return List.of(joined);
    }
    return now.equals(before) && !mayBeKnown(change)
        ? List.of()
        : List.of(all.encoder().left(name, user, before == null ? now : before), joined);
  }
}
