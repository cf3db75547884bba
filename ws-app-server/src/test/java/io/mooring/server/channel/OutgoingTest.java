package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.Memory;
import io.mooring.server.frame.Frames;
import io.mooring.server.loop.Loops;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingTest {
  private final Loops loops = new Loops(1);
  private final Memory memory = new Memory();
  private final Outgoing outgoing = new Outgoing(loops.at(0), memory);

  @AfterEach
  void end() {
    loops.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goesOnWhereTheNumbersWrapAround(boolean compress) throws Exception {
    inside(
        () -> {
          while (outgoing.end() != Integer.MAX_VALUE - 1) {
            add(1);
            outgoing.dropBefore(outgoing.end());
          }
          add(100, 200, 300, 400);

          Outgoing.Shared all = outgoing.from(Integer.MAX_VALUE - 1, compress);
          assertEquals(Integer.MIN_VALUE + 2, all.end());
          for (int number = Integer.MAX_VALUE - 1; number != outgoing.end(); number++) {
            assertSame(all, outgoing.from(number, compress));
            assertArrayEquals(from(number, compress), ByteBufUtil.getBytes(all.after(number)));
          }

          outgoing.dropBefore(Integer.MIN_VALUE);
          outgoing.dropBefore(Integer.MAX_VALUE);
          assertEquals(2, outgoing.count());
          assertSame(all, outgoing.from(Integer.MIN_VALUE, compress));

          outgoing.dropBefore(outgoing.end());
          assertTrue(outgoing.isEmpty());
          assertEquals(0, outgoing.bytes());
          assertEquals(0, memory.held());
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void givesABufferBackForOneThatHoldsWhatHasComeSince(boolean compress) throws Exception {
    inside(
        () -> {
          int first = outgoing.end();
          add(100);
          Outgoing.Shared one = outgoing.from(first, compress);
          add(200);

          Outgoing.Shared both = outgoing.from(first, compress);

          assertNotSame(one, both);
          assertEquals(0, one.frames().refCnt());
          assertEquals(1, both.frames().refCnt());
        });
  }

  @Test
  void leavesABufferToThoseWhoKeepIt() throws Exception {
    inside(
        () -> {
          int first = outgoing.end();
          add(100);
          Outgoing.Shared kept = outgoing.from(first, false);
          kept.frames().retain();
          byte[] frames = from(first, false);

          outgoing.dropBefore(outgoing.end());

          assertEquals(1, memory.held());
          assertArrayEquals(frames, ByteBufUtil.getBytes(kept.after(first)));
          kept.frames().release();
          assertEquals(0, memory.held());
        });
  }

  @Test
  void leavesWhatIsFullAsItIs() throws Exception {
    inside(
        () -> {
          int first = outgoing.end();
          add(Outgoing.MOST_BYTES - 100, 200);
          Outgoing.Shared full = outgoing.from(first, false);
          add(300);

          assertSame(full, outgoing.from(first, false));
          assertEquals(first + 1, full.end());
          assertEquals(first + 3, outgoing.from(first + 1, false).end());
        });
  }

  @Test
  void givesEveryBufferBackWhenItIsCleared() throws Exception {
    inside(
        () -> {
          int first = outgoing.end();
          add(100, 200);
          outgoing.from(first, false);
          outgoing.from(first, true);
          assertEquals(2, memory.held());

          outgoing.clear();

          assertEquals(0, memory.held());
          assertTrue(outgoing.isEmpty());
          assertEquals(0, outgoing.bytes());
          assertEquals(first + 2, outgoing.end());
        });
  }

  /** Adds messages of these lengths. */
  private void add(int... lengths) {
    for (int length : lengths) {
      byte[] frame = new byte[Frames.headerLength(length) + length];
      Frames.header(frame, 0, Frames.TEXT, length);
      outgoing.add(new Update("", frame));
    }
  }

  /** The frames from a number on, one after the other. */
  private byte[] from(int first, boolean compress) {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int number = first; number != outgoing.end(); number++) {
      frames.writeBytes(outgoing.at(number, compress).frame());
    }
    return frames.toByteArray();
  }

  private void inside(Runnable task) throws Exception {
    loops.at(0).executor().submit(task).get(30, TimeUnit.SECONDS);
  }
}
