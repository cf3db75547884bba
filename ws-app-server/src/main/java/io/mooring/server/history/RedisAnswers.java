package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what the scripts answer. What is kept may have been written by others: whatever does not
 * describe a log is an {@link UnavailableException} that names the key.
 */
final class RedisAnswers {
  /** How many digits of an offset are before the data of a key. */
  private static final int OFF_DIGITS = 16;

  private static final int BEFORE_ENTRIES = 4;
  private static final int BEFORE_KEYS = 5;
  private static final List<String> FIELDS = List.of("tag", "key", "from", "data", "prev");

  /** Older versions did not write the tag of the publication before. */
  private static final int LEAST_FIELDS = 4;

  private RedisAnswers() {}

  /**
   * @param meta the key from which it comes
   */
  static Position position(List<?> answer, String meta) {
    try {
      return new Position(
          text(answer.get(0)), number(text(answer.get(1))), number(text(answer.get(2))));
    } catch (IllegalArgumentException broken) {
      throw new UnavailableException("redis: " + meta + ": " + broken.getMessage(), broken);
    }
  }

  /**
   * @param log the key from which the entries come
   */
  static Excerpt excerpt(List<?> answer, long after, String meta, String log) {
    Position top = position(answer, meta);
    boolean empty = answer.get(3) instanceof Long length && length == 0;
    long tagAfter = after == 0 ? 0 : Excerpt.NOT_HELD;
    long off = after;
    long tag = tagAfter;
    List<Delivery> deliveries = new ArrayList<>();
    for (Object raw : (List<?>) answer.get(BEFORE_ENTRIES)) {
      Delivery delivery = delivery(top.epoch(), tag, raw, log);
      Position position = delivery.position();
      if (position.off() == after) {
        tagAfter = position.tag();
      } else if (position.off() == off + 1 && position.off() <= top.off()) {
        if (position.off() == after + 1) {
          tagAfter = delivery.previousTag();
        }
        deliveries.add(delivery);
        off++;
      } else {
        break;
      }
      tag = position.tag();
    }
    boolean more = !deliveries.isEmpty() && off < top.off();
    return new Excerpt(top, after, tagAfter, empty, more, List.copyOf(deliveries));
  }

  /**
   * @param keys the key from which the entries come
   */
  static Snapshot snapshot(List<?> answer, String meta, String keys) {
    SortedMap<String, Snapshot.Entry> entries = new TreeMap<>();
    for (int i = BEFORE_KEYS; i + 1 < answer.size(); i += 2) {
      byte[] value = (byte[]) answer.get(i + 1);
      if (value.length <= OFF_DIGITS || value[OFF_DIGITS] != ' ') {
        throw new UnavailableException(
            "redis: " + keys + ": the entry of a key begins with no offset", null);
      }
      try {
        long off = number(new String(value, 0, OFF_DIGITS, UTF_8));
        byte[] data = Arrays.copyOfRange(value, OFF_DIGITS + 1, value.length);
        entries.put(text(answer.get(i)), new Snapshot.Entry(off, data));
      } catch (IllegalArgumentException broken) {
        throw new UnavailableException("redis: " + keys + ": " + broken.getMessage(), broken);
      }
    }
    return new Snapshot(position(answer, meta), yes(answer.get(3)), yes(answer.get(4)), entries);
  }

  static boolean yes(Object answer) {
    return answer instanceof Long number && number == 1;
  }

  static String text(Object answer) {
    return answer instanceof byte[] bytes ? new String(bytes, UTF_8) : "";
  }

  /**
   * An entry of the stream, as XRANGE gives it.
   *
   * @param before the tag of the entry before it; if that is not held, the entry's own word counts
   */
  private static Delivery delivery(String epoch, long before, Object raw, String log) {
    try {
      List<?> entry = (List<?>) raw;
      String id = text(entry.get(0));
      List<?> fields = (List<?>) entry.get(1);
      int count = fields.size() / 2;
      if (!id.endsWith("-0")
          || fields.size() % 2 != 0
          || count < LEAST_FIELDS
          || count > FIELDS.size()) {
        throw new IllegalArgumentException("entry " + id + " is no publication");
      }
      for (int i = 0; i < count; i++) {
        if (!text(fields.get(2 * i)).equals(FIELDS.get(i))) {
          throw new IllegalArgumentException("entry " + id + " lacks " + FIELDS.get(i));
        }
      }
      return new Delivery(
          new Position(
              epoch, number(id.substring(0, id.length() - 2)), number(text(fields.get(1)))),
          before == Excerpt.NOT_HELD && count > LEAST_FIELDS ? number(text(fields.get(9))) : before,
          text(fields.get(3)),
          text(fields.get(5)),
          (byte[]) fields.get(7));
    } catch (IllegalArgumentException foreign) {
      throw new UnavailableException("redis: " + log + ": " + foreign.getMessage(), foreign);
    }
  }

  private static long number(String text) {
    long number = Long.parseLong(text);
    if (number < 0) {
      throw new IllegalArgumentException(text + " is below 0");
    }
    return number;
  }
}
