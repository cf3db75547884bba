package io.mooring.server.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whatever stands in a stream under the name of a log: it is refused with the key's name, or read
 * as publications that follow each other without a gap.
 *
 * <p>An input is the answer's texts, each ended by a byte 0, an entry's by a byte 1: epoch, offset
 * and tag of the top, then the entries, each an id and its fields.
 */
public final class EntryFuzz {
  private static final int AFTER = 3;

  private EntryFuzz() {}

  /** What the fuzzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    List<List<byte[]>> rows = rows(input);
    List<byte[]> top = rows.getFirst();
    if (top.size() < 3) {
      return;
    }
    List<Object> entries = new ArrayList<>();
    for (List<byte[]> row : rows.subList(1, rows.size())) {
      entries.add(List.of(row.getFirst(), row.subList(1, row.size())));
    }
    List<Object> answer =
        List.of(top.get(0), top.get(1), top.get(2), (long) entries.size(), entries);
    Excerpt excerpt;
    try {
      excerpt = RedisAnswers.excerpt(answer, AFTER, "meta", "log");
    } catch (UnavailableException foreign) {
      return;
    }
    long off = AFTER;
    for (Delivery delivery : excerpt.deliveries()) {
      off++;
      if (delivery.position().off() != off || off > excerpt.top().off()) {
        throw new AssertionError(delivery + " stands where offset " + off + " belongs");
      }
    }
  }

  private static List<List<byte[]>> rows(byte[] input) {
    List<List<byte[]>> rows = new ArrayList<>();
    List<byte[]> row = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i <= input.length; i++) {
      if (i == input.length || input[i] == 0 || input[i] == 1) {
        row.add(Arrays.copyOfRange(input, begin, i));
        begin = i + 1;
        if (i == input.length || input[i] == 1) {
          rows.add(row);
          row = new ArrayList<>();
        }
      }
    }
    return rows;
  }
}
