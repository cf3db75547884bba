package io.mooring.server.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.history.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TailTest {
  private final Tail tail = new Tail(new Tail.Budget(1 << 20));

  @Test
  void takesOfAReadWhatIsOlderThanWhatItHolds() {
    messages(5, 6).forEach(tail::add);

    tail.lead(messages(3, 6));

    assertEquals(List.of("3", "4", "5", "6"), after(2));
    assertEquals(List.of("6"), after(5));
    assertEquals(List.of(), after(6));
    assertEquals(20, tail.tagAt(2));
    assertEquals(Excerpt.NOT_HELD, tail.tagAt(1));
    assertEquals(Excerpt.NOT_HELD, tail.tagAt(7));
  }

  @Test
  void takesNothingOfAReadThatEndsBeforeAHole() {
    messages(5, 6).forEach(tail::add);

    tail.lead(messages(1, 3));
    tail.lead(List.of());

    assertHoldsOnlyFrom(5, 40);
  }

  @Test
  void takesNothingOfAReadWithAnotherTag() {
    messages(5, 6).forEach(tail::add);
    List<Tail.Message> other = new ArrayList<>(messages(3, 3));
    other.add(new Tail.Message(4, 30, 41, bytes(4), 0));

    tail.lead(other);

    assertHoldsOnlyFrom(5, 40);
  }

  @Test
  void takesNothingOfAReadIfItDoesNotKnowWhatItsFirstFollows() {
    tail.add(new Tail.Message(5, Excerpt.NOT_HELD, 50, bytes(5), 0));
    tail.add(message(6));

    tail.lead(messages(3, 4));

    assertHoldsOnlyFrom(5, Excerpt.NOT_HELD);
  }

  @Test
  void dropsWithEachMessageWhatIsTooOldByThen() {
    messages(1, 3).forEach(tail::add);
    long sent = 2 + Tail.KEPT_NANOS;

    tail.add(new Tail.Message(4, 30, 40, bytes(4), sent));

    assertEquals(List.of("2", "3", "4"), after(1));
    assertHoldsOnlyFrom(2, 10);
  }

  @Test
  void beginsWithAMessageBeforeWhichAllIsTooOld() {
    messages(1, 3).forEach(tail::add);

    tail.add(new Tail.Message(4, 30, 40, bytes(4), 4 + Tail.KEPT_NANOS));

    assertHoldsOnlyFrom(4, 30);
  }

  private void assertHoldsOnlyFrom(long first, long tagBefore) {
    assertEquals(tagBefore, tail.tagAt(first - 1));
    assertEquals(first * 10, tail.tagAt(first));
    assertEquals(Excerpt.NOT_HELD, tail.tagAt(first - 2));
    assertEquals(Long.toString(first), after(first - 1).getFirst());
  }

  private List<String> after(long off) {
    return tail.after(off).stream().map(frame -> new String(frame, UTF_8)).toList();
  }

  private static List<Tail.Message> messages(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(TailTest::message).toList();
  }

  /** Each tag is ten times its offset. */
  private static Tail.Message message(long off) {
    return new Tail.Message(off, (off - 1) * 10, off * 10, bytes(off), off);
  }

  private static byte[] bytes(long off) {
    return Long.toString(off).getBytes(UTF_8);
  }
}
