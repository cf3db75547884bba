package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AgendaTest {
  private final Flushes flushes = new Flushes();
  private final List<String> done = new ArrayList<>();
  private long nanos = 5;
  private final Agenda agenda = new Agenda(flushes, () -> nanos, () -> done.add("offer"));

  @Test
  void doesAllThatIsShortAndFlushesItBeforeOnePortionOfWhatIsLong() {
    agenda.add(new Work("long", 3));
    agenda.add(new Work("a", 1));
    agenda.add(new Work("b", 1));

    agenda.endTurn();

    assertEquals(
        List.of("a", "b", "a flushed", "b flushed", "long", "long flushed", "offer"), done);
    assertTrue(agenda.isOpen());
  }

  @Test
  void letsWhatIsLongTakeTurnsAndWhatIsShortGoFirst() {
    agenda.add(new Work("x", 3));
    agenda.add(new Work("y", 2));
    agenda.endTurn();
    agenda.add(new Work("a", 1));
    agenda.endTurn();
    agenda.endTurn();
    agenda.add(new Work("b", 1));
    agenda.endTurn();
    agenda.endTurn();

    assertEquals(List.of("x", "a", "y", "x", "b", "y", "x"), portions());
    assertFalse(agenda.isOpen());
  }

  @Test
  void doesWhatHasBecomeShortBeforeWhatIsLong() {
    agenda.add(new Work("soon short", 2));
    agenda.add(new Work("x", 1));

    agenda.endTurn();
    agenda.endTurn();

    assertEquals(List.of("soon short", "soon short", "x"), portions());
  }

  @Test
  void offersItsProcessorAfterEachPortionOfWhatGoesOnAndOn() {
    agenda.add(
        new Work("x", 2) {
          @Override
          public boolean repeats() {
            return true;
          }
        });

    agenda.endTurn();
    agenda.endTurn();

    assertEquals(List.of("x", "x flushed", "offer", "x", "x flushed", "offer"), done);
  }

  @Test
  void offersItsProcessorForAsLongAsMoreMayComeThatIsShort() {
    agenda.add(new Work("x", 4));
    agenda.endTurn();
    assertEquals(List.of("x", "x flushed"), taken());

    agenda.add(new Work("a", 1));
    agenda.endTurn();
    assertEquals(List.of("a", "a flushed", "x", "x flushed", "offer"), taken());

    nanos += TimeUnit.MILLISECONDS.toNanos(50) - 1;
    agenda.endTurn();
    assertEquals(List.of("x", "x flushed", "offer"), taken());

    nanos++;
    agenda.endTurn();
    assertEquals(List.of("x", "x flushed"), taken());
  }

  @Test
  void leavesWhatIsAddedMeanwhileToTheNextTurn() {
    agenda.add(
        new Work("first", 1) {
          @Override
          public boolean advance() {
            agenda.add(new Work("second", 1));
            return super.advance();
          }
        });

    agenda.endTurn();

    assertEquals(List.of("first", "first flushed"), done);
    assertTrue(agenda.isOpen());
  }

  @Test
  void goesOnWhenOneFails() {
    agenda.add(
        new Work("broken", 2) {
          @Override
          public boolean advance() {
            throw new AssertionError("as the test wants it");
          }
        });
    agenda.add(new Work("a", 1));
    agenda.endTurn();
    agenda.endTurn();

    assertEquals(List.of("a", "a flushed", "offer"), done);
    assertFalse(agenda.isOpen());
  }

  private List<String> taken() {
    List<String> taken = List.copyOf(done);
    done.clear();
    return taken;
  }

  private List<String> portions() {
    return done.stream()
        .filter(word -> !word.endsWith("flushed") && !word.equals("offer"))
        .toList();
  }

  private class Work implements Agenda.Item {
    private final String name;
    private int portions;

    Work(String name, int portions) {
      this.name = name;
      this.portions = portions;
    }

    @Override
    public boolean isShort() {
      return portions == 1 && !name.equals("x") && !name.equals("y");
    }

    @Override
    public boolean advance() {
      done.add(name);
      flushes.add(() -> done.add(name + " flushed"));
      return --portions > 0;
    }
  }
}
