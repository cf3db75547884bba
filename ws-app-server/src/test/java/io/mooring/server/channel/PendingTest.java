package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PendingTest {
  private final Pending pending = new Pending();

  @Test
  void keepsTheFirstThatFitIntoItsBytes() {
    add(1, 20, 128 * 1024);

    assertEquals(LongStream.rangeClosed(1, 8).boxed().toList(), taken());
  }

  @Test
  void keepsTheFirstThousandHoweverSmall() {
    add(1, 1_200, 1);

    assertEquals(LongStream.rangeClosed(1, 1_000).boxed().toList(), taken());
  }

  @Test
  void hasRoomAgainWhenTheyWereTaken() {
    add(1, 8, 128 * 1024);
    taken();
    add(9, 16, 128 * 1024);

    assertEquals(LongStream.rangeClosed(9, 16).boxed().toList(), taken());
    assertEquals(List.of(), taken());
  }

  private void add(long first, long last, int bytes) {
    LongStream.rangeClosed(first, last)
        .forEach(
            off ->
                pending.add(
                    new Delivery(new Position("e", off, off), off - 1, "", "", new byte[bytes])));
  }

  private List<Long> taken() {
    return pending.take().stream().map(delivery -> delivery.position().off()).toList();
  }
}
