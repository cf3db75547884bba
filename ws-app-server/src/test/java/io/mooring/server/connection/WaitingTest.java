package io.mooring.server.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.channel.Update;
import io.mooring.server.frame.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits for a socket, and in which order it leaves. */
class WaitingTest {
  private final Waiting waiting = new Waiting();

  @Test
  void putsTheNewestOfAKeyBehindWhatCameBeforeItAndDropsTheOlder() {
    update("a", "1");
    update("b", "2");
    update("", "3");

    assertTrue(update("a", "4"));
    assertTrue(update("a", "5"));

    assertEquals(List.of("2", "3", "5"), left());
  }

  @Test
  void keepsEverythingThatHasNoKeyOrIsOfAnotherChannel() {
    assertFalse(update("", "1"));
    assertFalse(update("", "2"));
    assertFalse(update("a", "3"));

    assertFalse(waiting.add("demo.y", new Update("a", frame("4"))));

    assertEquals(List.of("1", "2", "3", "4"), left());
  }

  @Test
  void dropsNothingOfWhatIsReplayedOrComesInOneBufferAndKeepsTheOrderOfAll() {
    update("a", "1");
    waiting.add(frames("2", "3"));
    waiting.replay(frames("4", "5"));

    update("a", "6");
    update("b", "7");

    assertEquals(List.of("2", "3", "4", "5", "6", "7"), left());
  }

  @Test
  void dropsNothingThatHasLeft() {
    update("a", "1");
    waiting.take(UnpooledByteBufAllocator.DEFAULT).release();

    assertFalse(update("a", "2"));

    assertEquals(List.of("2"), left());
  }

  @Test
  void countsWhatWaitsAndNotWhatIsDropped() {
    update("a", "x".repeat(100));
    update("b", "x".repeat(50));
    update("a", "x".repeat(10));
    waiting.add(frames("x".repeat(20)));
    waiting.replay(frames("x".repeat(30)));

    assertEquals(52 + 12 + 22, waiting.liveBytes());
    assertEquals(32, waiting.replayBytes());

    left();

    assertEquals(0, waiting.liveBytes());
    assertEquals(0, waiting.replayBytes());
  }

  @Test
  void letsUpdatesLeaveInChunksOfWholeFrames() {
    for (int i = 0; i < 100; i++) {
      update("k" + i, "x".repeat(1_000));
    }
    update("large", "x".repeat(100_000));

    List<Integer> chunks = new ArrayList<>();
    while (!waiting.isEmpty()) {
      ByteBuf chunk = waiting.take(UnpooledByteBufAllocator.DEFAULT);
      chunks.add(chunk.readableBytes());
      chunk.release();
    }

    assertEquals(List.of(65 * 1_004, 35 * 1_004, 100_010), chunks);
  }

  @Test
  void takesNoMoreRoomThanTheFramesThatLeaveTogether() {
    waiting.add("1234".getBytes(US_ASCII));
    waiting.add("56".getBytes(US_ASCII));
    waiting.add(frames("x".repeat(1_000)));
    waiting.add("78".getBytes(US_ASCII));

    ByteBuf chunk = waiting.take(UnpooledByteBufAllocator.DEFAULT);

    assertEquals("123456", chunk.toString(US_ASCII));
    assertEquals(6, chunk.capacity());
    chunk.release();
    assertEquals(1_004 + 2, waiting.liveBytes());
  }

  @Test
  void givesBackItsBuffersWhenItIsCleared() {
    ByteBuf replayed = frames("1");
    ByteBuf live = frames("2");
    waiting.replay(replayed);
    waiting.add(live);
    update("a", "3");

    waiting.clear();

    assertTrue(waiting.isEmpty());
    assertEquals(0, waiting.liveBytes() + waiting.replayBytes());
    assertEquals(0, replayed.refCnt() + live.refCnt());
  }

  private boolean update(String key, String text) {
    return waiting.add("demo.x", new Update(key, frame(text)));
  }

  /** The texts of short frames, in the order in which they leave; then nothing waits. */
  private List<String> left() {
    List<String> texts = new ArrayList<>();
    while (!waiting.isEmpty()) {
      ByteBuf chunk = waiting.take(UnpooledByteBufAllocator.DEFAULT);
      for (int at = chunk.readerIndex(); at < chunk.writerIndex(); at = Frames.end(chunk, at)) {
        int header = Frames.headerLength(0);
        texts.add(chunk.toString(at + header, Frames.end(chunk, at) - at - header, US_ASCII));
      }
      chunk.release();
    }
    return texts;
  }

  private static ByteBuf frames(String... texts) {
    ByteBuf all = Unpooled.buffer();
    for (String text : texts) {
      all.writeBytes(frame(text));
    }
    return all;
  }

  private static byte[] frame(String text) {
    int header = Frames.headerLength(text.length());
    byte[] frame = new byte[header + text.length()];
    Frames.header(frame, 0, Frames.TEXT, text.length());
    System.arraycopy(text.getBytes(US_ASCII), 0, frame, header, text.length());
    return frame;
  }
}
