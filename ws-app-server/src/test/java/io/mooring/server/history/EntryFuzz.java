package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.choice.Choices;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whatever stands in a stream under the name of a log: it is refused with the key's name, or read
 * as publications that follow each other without a gap, as a plain reader refuses and reads it.
 *
 * <p>An input is the answer's texts, each ended by a byte 0, an entry's by a byte 1: epoch, offset
 * and tag of the top, after which offset was read (3 if nothing is said) and how long the stream is
 * (as many as there are entries); then the entries, each an id and its fields.
 */
public final class EntryFuzz {
  private static final int AFTER = 3;
  private static final List<String> TEXTS = List.of("", "k", "ann", "é", "{\"a\":1}", "null");
  private static final List<String> NUMBERS =
      List.of("0", "-1", "", "x", "9223372036854775807", "+5");

  private EntryFuzz() {}

  /** An input that the script, or somebody else, might have written. */
  public static byte[] make(Choices choices) {
    int after = choices.once(4) ? 0 : choices.between(1, 5);
    int entries = choices.below(6);
    int off = Math.max(1, after + (choices.once(4) ? choices.between(-1, 3) : choices.below(2)));
    int top =
        choices.once(4) ? after + choices.between(-1, 6) : off + entries - 1 + choices.below(2);
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    row(
        input,
        choices.of(TEXTS),
        number(choices, top),
        number(choices, choices.below(256)),
        Integer.toString(after),
        choices.once(4) ? "0" : Integer.toString(entries));
    int tag = choices.below(256);
    for (int i = 0; i < entries; i++) {
      input.write(1);
      int previous = tag;
      tag = choices.below(256);
      List<String> texts =
          new ArrayList<>(
              List.of(
                  number(choices, off) + (choices.once(32) ? "-1" : "-0"),
                  "tag",
                  number(choices, tag),
                  "key",
                  choices.of(TEXTS),
                  "from",
                  choices.of(TEXTS),
                  "data",
                  choices.of(TEXTS)));
      if (!choices.once(4)) {
        texts.add("prev");
        texts.add(number(choices, previous));
      }
      if (choices.once(32)) {
        texts.set(choices.below(texts.size()), choices.of(NUMBERS));
      }
      if (choices.once(32)) {
        texts.addAll(choices.once(2) ? List.of("more") : List.of("more", "1"));
      }
      row(input, texts.toArray(String[]::new));
      off += choices.once(16) ? 2 : 1;
    }
    return choices.damaged(input.toByteArray());
  }

  private static String number(Choices choices, int right) {
    return choices.once(64) ? choices.of(NUMBERS) : Integer.toString(right);
  }

  private static void row(ByteArrayOutputStream input, String... texts) {
    input.writeBytes(String.join("\0", texts).getBytes(UTF_8));
  }

  public static void read(byte[] input) {
    List<List<byte[]>> rows = rows(input);
    List<byte[]> top = rows.getFirst();
    if (top.size() < 3) {
      return;
    }
    List<Object> raw = new ArrayList<>();
    List<PlainExcerpt.Entry> entries = new ArrayList<>();
    for (List<byte[]> row : rows.subList(1, rows.size())) {
      List<byte[]> fields = row.subList(1, row.size());
      raw.add(List.of(row.getFirst(), fields));
      entries.add(new PlainExcerpt.Entry(new String(row.getFirst(), UTF_8), fields));
    }
    long after = given(top, 3, AFTER);
    long length = given(top, 4, entries.size());
    if (!ordered(entries, Math.max(after, 1))) {
      return;
    }
    Optional<Excerpt> expected =
        PlainExcerpt.read(text(top, 0), text(top, 1), text(top, 2), after, length, entries);
    Optional<Excerpt> read;
    try {
      List<Object> answer = List.of(top.get(0), top.get(1), top.get(2), length, raw);
      read = Optional.of(RedisAnswers.excerpt(answer, after, "the meta", "the log"));
    } catch (UnavailableException foreign) {
      read = Optional.empty();
      if (!String.valueOf(foreign.getMessage()).matches("(?s)redis: the (meta|log): .*")) {
        throw new AssertionError("no key is named", foreign);
      }
    }
    if (!expected.equals(read)) {
      throw new AssertionError("read " + read + ", expected " + expected);
    }
  }

  /**
   * Whether a stream can hold them, and gives them to who asks for what is from {@code least} on.
   */
  private static boolean ordered(List<PlainExcerpt.Entry> entries, long least) {
    long before = least - 1;
    for (PlainExcerpt.Entry entry : entries) {
      long off = entry.off().orElse(before + 1);
      if (off <= before) {
        return false;
      }
      before = off;
    }
    return true;
  }

  private static long given(List<byte[]> top, int index, long otherwise) {
    String text = index < top.size() ? text(top, index) : "";
    return text.matches("[0-9]{1,15}") ? Long.parseLong(text) : otherwise;
  }

  private static String text(List<byte[]> texts, int index) {
    return new String(texts.get(index), UTF_8);
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
