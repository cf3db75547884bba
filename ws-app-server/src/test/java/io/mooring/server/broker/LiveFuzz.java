package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.choice.Choices;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;

/**
 * Whatever is published on a live channel: it is refused as foreign, or read, as a plain reader
 * refuses and reads it; and what was read, written as the script writes it, is read again as the
 * same.
 */
public final class LiveFuzz {
  private static final List<String> EPOCHS = List.of("e1", "e1", "", "0123456789abcdef", "-");
  private static final List<Long> NUMBERS =
      List.of(7L, 8L, 99L, 0L, 1L << 48, Long.MAX_VALUE, -1L, Long.MIN_VALUE);
  private static final List<String> TEXTS =
      List.of("", "k", "ann", "é", "€😀", "1 2\n3", "\n", " ");

  /** What a length says beyond what there is. */
  private static final List<Long> BEYOND =
      List.of(1L, -1L, 2L, 4_294_967_295L, 2_147_483_647L, 4_294_967_296L, 10L, -10L);

  private LiveFuzz() {}

  /** An input that the script, or somebody else, might publish. */
  public static byte[] make(Choices choices) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    for (int left = choices.between(1, 3); left > 0; left--) {
      Delivery delivery =
          new Delivery(
              new Position(choices.of(EPOCHS), number(choices), number(choices)),
              number(choices),
              choices.of(TEXTS),
              choices.of(TEXTS),
              choices.once(2)
                  ? choices.of(TEXTS).getBytes(UTF_8)
                  : choices.bytes(choices.below(9)));
      byte[] key = delivery.key().getBytes(UTF_8);
      byte[] from = delivery.from().getBytes(UTF_8);
      byte[] data = delivery.data();
      message.writeBytes(
          PlainLive.line(
              delivery,
              key.length + beyond(choices),
              from.length + beyond(choices),
              data.length + beyond(choices)));
      message.writeBytes(key);
      message.writeBytes(from);
      message.writeBytes(data);
    }
    return choices.damaged(message.toByteArray());
  }

  private static long number(Choices choices) {
    return choices.once(4) ? choices.of(NUMBERS) : choices.below(256);
  }

  private static long beyond(Choices choices) {
    return choices.once(32) ? choices.of(BEYOND) : 0;
  }

  public static void read(byte[] input) {
    String expected = PlainLive.read(input).map(LiveFuzz::said).orElse("foreign");
    List<Delivery> read;
    try {
      read = LiveMessage.parse(input);
    } catch (IllegalArgumentException foreign) {
      same(expected, "foreign");
      return;
    }
    same(expected, said(read));
    // Epochs are ASCII; what another has in their place is no longer what it was.
    if (read.stream().allMatch(one -> one.position().epoch().chars().allMatch(c -> c < 0x80))) {
      same(said(read), said(LiveMessage.parse(PlainLive.written(read))));
    }
  }

  private static String said(List<Delivery> deliveries) {
    StringBuilder text = new StringBuilder();
    for (Delivery delivery : deliveries) {
      text.append(
          "%s after %d key=%s from=%s data=%s\n"
              .formatted(
                  delivery.position(),
                  delivery.previousTag(),
                  delivery.key(),
                  delivery.from(),
                  HexFormat.of().formatHex(delivery.data())));
    }
    return text.toString();
  }

  private static void same(String expected, String actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("read " + actual + ", expected " + expected);
    }
  }
}
