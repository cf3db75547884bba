package io.mooring.server.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.loop.Loops;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StandstillTest {
  private final Loops loops = new Loops(1);
  private long unsent = 1_000;
  private int noticed;

  /** The loop's wheel does not turn: the test looks when it wants. */
  private Standstill standstill;

  @BeforeEach
  void watch() throws Exception {
    standstill = new Standstill(loops.at(0), 30_000, () -> unsent, () -> noticed++);
    inside(() -> standstill.watch());
  }

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void isNoticedOnceNothingHasGoneOutForAsManyLooksAsMakeUpTheTime() throws Exception {
    look(Standstill.LOOKS - 1);
    assertEquals(0, noticed);

    look(1);

    assertEquals(1, noticed);
  }

  @Test
  void isNoneWhileASingleByteGoesOutNowAndThen() throws Exception {
    assertNoneWhere(() -> unsent--);
  }

  @Test
  void isNotHiddenByWhatIsAddedMeanwhile() throws Exception {
    for (int i = 0; i < Standstill.LOOKS; i++) {
      unsent += 8;
      look(1);
    }

    assertEquals(1, noticed);
  }

  @Test
  void isNoneWhereAsMuchGoesOutAsIsAdded() throws Exception {
    assertNoneWhere(() -> standstill.moved());
  }

  @Test
  void isNotPutOffByWatchingAgain() throws Exception {
    look(Standstill.LOOKS - 1);
    inside(() -> standstill.watch());

    look(1);

    assertEquals(1, noticed);
  }

  @Test
  void isCountedAnewAfterAStop() throws Exception {
    look(Standstill.LOOKS - 1);
    inside(
        () -> {
          standstill.stop();
          standstill.watch();
        });

    look(Standstill.LOOKS - 1);
    assertEquals(0, noticed);
    look(1);

    assertEquals(1, noticed);
  }

  /** Something happens just before each time that it would be noticed. */
  private void assertNoneWhere(Runnable something) throws Exception {
    for (int i = 0; i < 10; i++) {
      look(Standstill.LOOKS - 1);
      inside(something);
      look(1);
    }

    assertEquals(0, noticed);
  }

  private void look(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      inside(() -> standstill.due());
    }
  }

  private void inside(Runnable task) throws Exception {
    loops.at(0).executor().submit(task).get(5, TimeUnit.SECONDS);
  }
}
