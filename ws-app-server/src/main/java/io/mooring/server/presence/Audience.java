package io.mooring.server.presence;

import io.mooring.server.loop.Strand;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
  private static final long GATHER_MILLIS = 20;

  /** So much of it goes together, in bytes. */
  private static final int MOST_TOGETHER = 16 * 1024;

  private final String name;
  private final Strand strand;
  private final Audiences all;
  private final Room room;
  private final @Nullable Seats[] byLoop;
  private final int[] seats;

  /** Those who have not been told yet who is there. */
  private final Set<Onlooker> waiting = new HashSet<>();

  private final Set<Onlooker> seated = new HashSet<>();

  private final List<byte[]> unsaid = new ArrayList<>();

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
    say();
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
    add(all.joined(name, user, info));
  }

  @Override
  public void left(String user, String info) {
    add(all.left(name, user, info));
  }

  private void add(byte[] frame) {
    if (unsaid.isEmpty()) {
      strand.schedule(this::say, GATHER_MILLIS, TimeUnit.MILLISECONDS);
    }
    unsaid.add(frame);
  }

  private void say() {
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    for (byte[] frame : unsaid) {
      if (together.size() > 0 && together.size() + frame.length > MOST_TOGETHER) {
        say(together.toByteArray());
        together.reset();
      }
      together.writeBytes(frame);
    }
    unsaid.clear();
    if (together.size() > 0) {
      say(together.toByteArray());
    }
  }

  private void say(byte[] frames) {
    for (int i = 0; i < byLoop.length; i++) {
      Seats row = byLoop[i];
      if (row != null && seats[i] > 0) {
        strand.tell(row.loop(), () -> row.say(frames));
      }
    }
  }
}
