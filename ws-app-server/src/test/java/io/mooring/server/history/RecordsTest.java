package io.mooring.server.history;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordsTest {
  private final Chunks chunks = new Chunks();

  private record Kept(long tag, long nanos, byte[] bytes) {}

  /** Records, and the list that holds what they should hold. */
  private record Pair(Records records, List<Kept> list) {}

  /** Whatever is done to them, and to others of their pool, they hold what a list would. */
  @Test
  void holdWhatAListWouldHold() {
    Random random = new Random(67);
    List<Pair> pairs =
        Stream.generate(() -> new Pair(new Records(chunks), new ArrayList<>())).limit(3).toList();
    for (int step = 0; step < 60_000; step++) {
      Pair pair = pairs.get(random.nextInt(pairs.size()));
      Records records = pair.records;
      List<Kept> list = pair.list;
      int dice = random.nextInt(1_000);
      if (dice < 550) {
        Kept one = one(random);
        records.add(one.tag, one.nanos, one.bytes);
        list.addLast(one);
      } else if (dice < 990) {
        if (!list.isEmpty()) {
          records.removeFirst();
          list.removeFirst();
        }
      } else if (dice < 999) {
        lead(records, list, random);
      } else {
        records.clear();
        list.clear();
      }
      pairs.forEach(one -> assertSame(one.list, one.records, random));
    }
    pairs.forEach(pair -> pair.records.clear());
    assertEquals(0, chunks.memory());
  }

  private void lead(Records records, List<Kept> list, Random random) {
    Records older = new Records(chunks);
    List<Kept> before = new ArrayList<>();
    for (int i = random.nextInt(60); i >= 0; i--) {
      Kept one = one(random);
      older.add(one.tag, one.nanos, one.bytes);
      before.add(one);
    }
    for (int gone = random.nextInt(before.size()); gone > 0; gone--) {
      older.removeFirst();
      before.removeFirst();
    }
    records.lead(older);
    list.addAll(0, before);
    assertTrue(older.isEmpty());
  }

  private static Kept one(Random random) {
    byte[] bytes = new byte[random.nextInt(100) == 0 ? 40_000 : random.nextInt(500)];
    random.nextBytes(bytes);
    return new Kept(random.nextLong(), random.nextLong(), bytes);
  }

  private static void assertSame(List<Kept> list, Records records, Random random) {
    assertEquals(list.size(), records.size());
    assertEquals(list.isEmpty(), records.isEmpty());
    assertEquals(list.stream().mapToLong(kept -> kept.bytes.length).sum(), records.bytes());
    if (!list.isEmpty()) {
      int index = random.nextInt(list.size());
      assertEquals(list.get(index).tag, records.tag(index));
      assertEquals(list.get(index).nanos, records.nanos(index));
      assertArrayEquals(list.get(index).bytes, records.get(index));
      assertArrayEquals(list.getLast().bytes, records.from(list.size() - 1).getFirst());
    }
  }

  @Test
  void takeMemoryForWhatTheyHoldAndGiveItBack() {
    Records records = new Records(chunks);
    records.add(1, 1, new byte[100]);
    long one = chunks.memory();
    assertTrue(one < 300, () -> one + " bytes for one record of 100");

    for (int i = 1; i < 1_000; i++) {
      records.add(i, i, new byte[100]);
    }
    long all = chunks.memory();
    assertTrue(all > 100_000 && all < 150_000, () -> all + " bytes for a thousand of 100");

    while (records.size() > 1) {
      records.removeFirst();
    }
    long left = chunks.memory();
    assertTrue(left < 25_000, () -> left + " bytes for the chunk of the last one");
    records.removeFirst();
    assertEquals(0, chunks.memory());
  }

  @Test
  void takeLittleForFewThatComeAfterMany() {
    Records records = new Records(chunks);
    for (int i = 0; i < 300; i++) {
      records.add(i, i, new byte[100]);
    }
    while (records.size() > 1) {
      records.removeFirst();
    }

    for (int i = 0; i < 10; i++) {
      records.add(i, i, new byte[100]);
      records.removeFirst();
    }

    assertTrue(chunks.memory() < 600, () -> chunks.memory() + " bytes for one record of 100");
  }

  @Test
  void takeForShortOnesLittleMoreThanForWhatIsKnownOfThem() {
    Records records = new Records(chunks);
    for (int i = 0; i < 256; i++) {
      records.add(i, i, new byte[128]);
    }
    long before = chunks.memory();

    for (int i = 0; i < 10_000; i++) {
      records.add(i, i, new byte[1]);
    }

    long more = chunks.memory() - before;
    assertTrue(more < 230_000, () -> more + " bytes more for ten thousand of 1");
  }

  @Test
  void refuseWhatTheyDoNotHold() {
    Records records = new Records(chunks);
    records.add(1, 1, new byte[1]);

    assertThrows(IndexOutOfBoundsException.class, () -> records.tag(1));
    assertThrows(IndexOutOfBoundsException.class, () -> records.get(-1));
  }
}
