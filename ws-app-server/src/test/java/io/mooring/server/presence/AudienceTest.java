package io.mooring.server.presence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Strand;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of a room, in words: {@code +ann}, {@code -ann}. */
class AudienceTest {
  private static final int CROWD = 2_000;
  private static final int ONLOOKERS = 100;

  private final PresenceStand stand = new PresenceStand();
  private final Strand strand = stand.loops.strand(0);
  private final Rooms rooms = new Rooms(stand.loops, stand.gated);
  private final Audiences all = new Audiences(stand.loops, rooms, new Words());
  private Audience audience;

  @BeforeEach
  void open() {
    audience = stand.on(() -> new Audience("lobby", strand, stand.loops.size(), all, rooms));
  }

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void whatHasComeToNothingIsNotTold() {
    Listening one = seat();

    stand.run(
        () -> {
          audience.joined("ann", "");
          audience.left("ann", "");
          audience.joined("bob", "");
        });
    one.await("+bob");
    stand.run(
        () -> {
          audience.left("bob", "");
          audience.joined("bob", "");
          audience.joined("cyd", "");
        });

    one.await("+bob +cyd");
  }

  @Test
  void whoIsBackWithAnotherInfoHasLeftAndJoined() {
    Listening one = seat();
    stand.run(() -> audience.joined("ann", "1"));
    one.await("+ann 1");

    stand.run(
        () -> {
          audience.left("ann", "1");
          audience.joined("ann", "2");
        });

    one.await("+ann 1 -ann +ann 2");
  }

  @Test
  void whoCameInBetweenIsToldOfTheEndOfWhatItSaw() {
    seat();
    Listening second = new Listening(stand.loops.at(0));

    stand.run(
        () -> {
          audience.joined("ann", "");
          audience.join(second, () -> audience.left("ann", ""));
        });

    Awaitility.await().until(() -> second.words().endsWith("-ann"));
  }

  @Test
  void whoSawAPageInBetweenIsToldOfTheEndOfWhatItSaw() {
    Listening one = seat();

    stand.run(
        () -> {
          audience.joined("ann", "");
          audience.page("");
          audience.left("ann", "");
        });

    one.await("-ann");
  }

  @Test
  void whoSawAPageInBetweenIsToldOfTheBeginningOfWhatItLacked() {
    Listening one = seat();
    stand.run(() -> audience.joined("ann", "1"));
    one.await("+ann 1");

    stand.run(
        () -> {
          audience.left("ann", "1");
          audience.page("");
          audience.joined("ann", "1");
        });

    one.await("+ann 1 -ann +ann 1");
  }

  @Test
  void manyAreToldOfManyNoFasterThanTheyCanBeTold() {
    List<Listening> many = IntStream.range(0, ONLOOKERS).mapToObj(i -> seat()).toList();
    String name = "n".repeat(100);

    long begin = System.nanoTime();
    stand.run(() -> IntStream.range(0, CROWD).forEach(i -> audience.joined(name + i, "")));

    for (Listening each : many) {
      Awaitility.await().until(() -> each.words().endsWith(name + (CROWD - 1)));
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    // 2,000 frames of 100 bytes and more, to 100 onlookers, at 32 MiB a second; not the last
    // portion.
    double least = (CROWD * 100.0 - 17_000) * ONLOOKERS / (32 << 20);
    assertTrue(seconds >= least, () -> seconds + " s, at least " + least);
  }

  @Test
  void aCrowdIsToldInPortionsAndWhole() {
    Listening one = seat();

    stand.run(() -> IntStream.range(0, CROWD).forEach(i -> audience.joined("user-" + i, "")));

    Awaitility.await().until(() -> one.words().endsWith("+user-" + (CROWD - 1)));
    assertEquals(CROWD, one.words().split(" ").length);
    assertTrue(one.tellings() > 1);
  }

  private Listening seat() {
    Listening one = new Listening(stand.loops.at(0));
    stand.run(() -> audience.join(one, () -> {}));
    Awaitility.await().until(one::isSeated);
    return one;
  }

  private static final class Words implements Audiences.Encoder {
    @Override
    public byte[] joined(String room, String user, String info) {
      return ("+" + user + (info.isEmpty() ? "" : " " + info) + " ").getBytes(UTF_8);
    }

    @Override
    public byte[] left(String room, String user, String info) {
      return ("-" + user + " ").getBytes(UTF_8);
    }
  }

  private static final class Listening implements Onlooker {
    private final Loop loop;
    private final List<String> told = new ArrayList<>();
    private boolean seated;

    Listening(Loop loop) {
      this.loop = loop;
    }

    void await(String words) {
      Awaitility.await().until(() -> words().equals(words));
    }

    synchronized String words() {
      return String.join("", told).strip();
    }

    synchronized int tellings() {
      return told.size();
    }

    synchronized boolean isSeated() {
      return seated;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public synchronized void opened(Page first) {
      seated = true;
    }

    @Override
    public void unavailable() {
      throw new AssertionError("the members are known");
    }

    @Override
    public synchronized void moved(byte[] frames) {
      told.add(new String(frames, UTF_8));
    }
  }
}
