package io.mooring.server.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Position;
import java.util.List;
import java.util.stream.LongStream;

/** What stands in a log of the epoch {@code e}, in which each tag is ten times its offset. */
final class Written {
  private static final byte[] DATA = "1".getBytes(UTF_8);

  private Written() {}

  static Position at(long off) {
    return new Position("e", off, off * 10);
  }

  /** What a read answers that brings everything after an offset. */
  static Excerpt excerpt(long after, long top) {
    return excerpt(after, top, 1_000);
  }

  /** The same, where so many messages are read at most. */
  static Excerpt excerpt(long after, long top, int most) {
    long last = Math.min(top, after + most);
    return new Excerpt(at(top), after, after * 10, false, last < top, deliveries(after + 1, last));
  }

  static List<Delivery> deliveries(long first, long last) {
    return deliveries(first, last, DATA);
  }

  static List<Delivery> deliveries(long first, long last, byte[] data) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(off -> new Delivery(at(off), (off - 1) * 10, "", "", data))
        .toList();
  }

  /** One that does not fit into that log, or not quite. */
  static Delivery delivery(String epoch, long off, long tag, long previousTag) {
    return new Delivery(new Position(epoch, off, tag), previousTag, "", "", DATA);
  }
}
