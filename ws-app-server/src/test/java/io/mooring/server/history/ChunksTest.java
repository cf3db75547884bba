package io.mooring.server.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChunksTest {
  private static final int LARGE = 16 * 1024;
  private static final int CHANNELS = 40;

  /** How many records each of the channels keeps. */
  private static final int KEPT = 300;

  private final Chunks chunks = new Chunks();
  private final List<Records> channels =
      Stream.generate(() -> new Records(chunks)).limit(CHANNELS).toList();
  private final Random random = new Random(67);

  /** Of various lengths. */
  private final List<byte[]> records =
      Stream.generate(() -> new byte[100 + random.nextInt(200)]).limit(500).toList();

  @Test
  void areMadeNoMoreWhereTrafficIsSteady() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    publish(200_000);

    long before = threads.getCurrentThreadAllocatedBytes();
    publish(200_000);
    long made = threads.getCurrentThreadAllocatedBytes() - before;

    assertTrue(made < 40_000, () -> made + " bytes for 40 million bytes of records");
  }

  @Test
  void areSpareToAnEighthOfThoseInUse() {
    List<Chunk> before = take(80);
    before.subList(0, 40).forEach(chunks::release);

    List<Chunk> after = take(40);

    assertEquals(5, after.stream().filter(before::contains).count());
  }

  @Test
  void areGivenBackAfterABurst() {
    List<Chunk> before = take(80);
    before.forEach(chunks::release);

    List<Chunk> after = take(1);

    assertFalse(before.containsAll(after));
  }

  @Test
  void areNoLargerForThatTheyWereUsedBefore() {
    take(80).subList(0, 40).forEach(chunks::release);

    assertEquals(100, chunks.take(100, 0).room());
    assertEquals(1_024, chunks.take(100, 2_000).room());
    assertEquals(3_000, chunks.take(3_000, 2_000).room());
    assertEquals(4_096, chunks.take(100, 1_000_000).room());
    assertEquals(8_192, chunks.take(1_200, 1_000_000).room());
    assertEquals(LARGE, chunks.take(3_000, 1_000_000).room());
    assertEquals(40_000, chunks.take(40_000, 1_000_000).room());
  }

  @Test
  void exceedWhatTheyMayTakeTogetherWithThoseThatMayBeSpare() {
    take(80);
    long most = chunks.memory() + chunks.memory() / 8;

    assertFalse(chunks.exceed(most));
    assertTrue(chunks.exceed(most - 1));
  }

  private List<Chunk> take(int count) {
    return Stream.generate(() -> chunks.take(LARGE, LARGE)).limit(count).toList();
  }

  private void publish(int messages) {
    for (int i = 0; i < messages; i++) {
      Records channel = channels.get(random.nextInt(CHANNELS));
      channel.add(i, i, records.get(random.nextInt(records.size())));
      if (channel.size() > KEPT) {
        channel.removeFirst();
      }
    }
  }
}
