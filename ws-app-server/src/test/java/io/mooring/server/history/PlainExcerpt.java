package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a stream's entries say of a log, told from the whole of them: what the server reads is
 * judged by it.
 */
final class PlainExcerpt {
  private static final List<String> NAMES = List.of("tag", "key", "from", "data", "prev");

  private PlainExcerpt() {}

  /**
   * An entry as it stands in a stream.
   *
   * @param fields names and values in turn
   */
  record Entry(String id, List<byte[]> fields) {
    /** The offset that the id says, if it is that of a publication. */
    Optional<Long> off() {
      return id.endsWith("-0") ? number(id.substring(0, id.length() - 2)) : Optional.empty();
    }

    Optional<Long> tag() {
      return number(text(1));
    }

    /** The tag of the publication before, if the entry names one. */
    Optional<String> previous() {
      return fields.size() == 10 ? Optional.of(text(9)) : Optional.empty();
    }

    String text(int field) {
      return new String(fields.get(field), UTF_8);
    }

    /** Whether it is a publication, whatever it says of the one before. */
    boolean whole() {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < fields.size(); i += 2) {
        names.add(text(i));
      }
      return (fields.size() == 8 || fields.size() == 10)
          && names.equals(NAMES.subList(0, names.size()))
          && off().isPresent()
          && tag().isPresent();
    }
  }

  /**
   * @param entries what a stream holds from {@code after} on, in the order of their ids
   * @param length how many the stream holds at all
   * @return empty if the top, or an entry up to the first that is none of these publications, is
   *     foreign
   */
  static Optional<Excerpt> read(
      String epoch, String off, String tag, long after, long length, List<Entry> entries) {
    if (number(off).isEmpty() || number(tag).isEmpty()) {
      return Optional.empty();
    }
    Position top = new Position(epoch, number(off).get(), number(tag).get());
    long tagAfter = after == 0 ? 0 : Excerpt.NOT_HELD;
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      boolean names = i == 0 && after > 0 && entry.previous().isPresent();
      if (!entry.whole() || names && number(entry.previous().get()).isEmpty()) {
        return Optional.empty();
      }
      boolean itself = i == 0 && entry.off().get() == after;
      long expected = after + deliveries.size() + 1;
      if (!itself && (entry.off().get() != expected || expected > top.off())) {
        break;
      }
      if (itself) {
        tagAfter = entry.tag().get();
        continue;
      }
      if (names) {
        tagAfter = number(entry.previous().get()).get();
      }
      long before = i == 0 ? tagAfter : entries.get(i - 1).tag().get();
      deliveries.add(
          new Delivery(
              new Position(epoch, expected, entry.tag().get()),
              before,
              entry.text(3),
              entry.text(5),
              entry.fields().get(7)));
    }
    boolean more = !deliveries.isEmpty() && after + deliveries.size() < top.off();
    return Optional.of(new Excerpt(top, after, tagAfter, length == 0, more, deliveries));
  }

  private static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text)).filter(number -> number >= 0);
    } catch (NumberFormatException none) {
      return Optional.empty();
    }
  }
}
