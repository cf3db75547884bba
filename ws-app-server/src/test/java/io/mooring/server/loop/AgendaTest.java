package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {
  private final Flushes flushes = new Flushes();
  private final Agenda agenda = new Agenda(flushes);
  private final List<String> done = new ArrayList<>();

  @Test
  void doesAllThatIsShortAndFlushesItBeforeOnePortionOfWhatIsLong() {
    agenda.add(new Work("long", 3));
    agenda.add(new Work("a", 1));
    agenda.add(new Work("b", 1));

    agenda.endTurn();

    assertEquals(List.of("a", "b", "a flushed", "b flushed", "long", "long flushed"), done);
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

    done.removeIf(word -> word.endsWith("flushed"));
    assertEquals(List.of("x", "a", "y", "x", "b", "y", "x"), done);
    assertFalse(agenda.isOpen());
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

    assertEquals(List.of("a", "a flushed"), done);
    assertFalse(agenda.isOpen());
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
