package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code append.lua} publishes, read as a text of one character a byte, and written as the
 * script writes it: what the server reads is judged by it.
 */
final class PlainLive {
  private static final Pattern LINE =
      Pattern.compile(
          "([^ \n]*) ([-+]?\\d+) ([-+]?\\d+) ([-+]?\\d+) (\\+?\\d+) (\\+?\\d+) (\\+?\\d+)\n");
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private PlainLive() {}

  /** The deliveries of a message; empty if it is none. */
  static Optional<List<Delivery>> read(byte[] message) {
    String text = new String(message, ISO_8859_1);
    List<Delivery> deliveries = new ArrayList<>();
    Matcher line = LINE.matcher(text);
    for (int at = 0; at < text.length(); ) {
      if (!line.region(at, text.length()).lookingAt()) {
        return Optional.empty();
      }
      List<BigInteger> numbers = new ArrayList<>();
      for (int field = 2; field <= line.groupCount(); field++) {
        BigInteger number = new BigInteger(line.group(field));
        if (number.signum() < 0 || number.compareTo(MOST) > 0) {
          return Optional.empty();
        }
        numbers.add(number);
      }
      List<byte[]> parts = new ArrayList<>();
      at = line.end();
      for (BigInteger length : numbers.subList(3, 6)) {
        if (length.compareTo(BigInteger.valueOf(text.length() - at)) > 0) {
          return Optional.empty();
        }
        parts.add(text.substring(at, at + length.intValue()).getBytes(ISO_8859_1));
        at += length.intValue();
      }
      deliveries.add(
          new Delivery(
              new Position(
                  new String(line.group(1).getBytes(ISO_8859_1), US_ASCII),
                  numbers.get(0).longValue(),
                  numbers.get(1).longValue()),
              numbers.get(2).longValue(),
              new String(parts.get(0), UTF_8),
              new String(parts.get(1), UTF_8),
              parts.get(2)));
    }
    return Optional.of(deliveries);
  }

  static byte[] written(List<Delivery> deliveries) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    for (Delivery delivery : deliveries) {
      byte[] key = delivery.key().getBytes(UTF_8);
      byte[] from = delivery.from().getBytes(UTF_8);
      message.writeBytes(line(delivery, key.length, from.length, delivery.data().length));
      message.writeBytes(key);
      message.writeBytes(from);
      message.writeBytes(delivery.data());
    }
    return message.toByteArray();
  }

  /** The line before a delivery, which says the lengths that follow. */
  static byte[] line(Delivery delivery, long key, long from, long data) {
    return "%s %d %d %d %d %d %d\n"
        .formatted(
            delivery.position().epoch(),
            delivery.position().off(),
            delivery.position().tag(),
            delivery.previousTag(),
            key,
            from,
            data)
        .getBytes(US_ASCII);
  }
}
