package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.history.Delivery;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * Whatever is published on a live channel: it is refused as foreign, or read and means the same.
 */
public final class LiveFuzz {
  private LiveFuzz() {}

  /** What the fuzzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    List<Delivery> read;
    try {
      read = LiveMessage.parse(input);
    } catch (IllegalArgumentException foreign) {
      return;
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    for (Delivery delivery : read) {
      byte[] key = delivery.key().getBytes(UTF_8);
      byte[] from = delivery.from().getBytes(UTF_8);
      written.writeBytes(
          "%s %d %d %d %d %d %d\n"
              .formatted(
                  delivery.position().epoch(),
                  delivery.position().off(),
                  delivery.position().tag(),
                  delivery.previousTag(),
                  key.length,
                  from.length,
                  delivery.data().length)
              .getBytes(UTF_8));
      written.writeBytes(key);
      written.writeBytes(from);
      written.writeBytes(delivery.data());
    }
    List<Delivery> again = LiveMessage.parse(written.toByteArray());
    if (again.size() != read.size()) {
      throw new AssertionError(again.size() + " deliveries of " + read.size());
    }
    for (int i = 0; i < read.size(); i++) {
      Delivery before = read.get(i);
      Delivery after = again.get(i);
      boolean ascii = before.position().epoch().chars().allMatch(c -> c < 0x80);
      if (ascii
          && !(after.position().equals(before.position())
              && after.previousTag() == before.previousTag()
              && after.key().equals(before.key())
              && after.from().equals(before.from())
              && Arrays.equals(after.data(), before.data()))) {
        throw new AssertionError("read " + before + ", written and read " + after);
      }
    }
  }
}
