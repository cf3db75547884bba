package io.mooring.process;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, written with its unit: {@code 512B}, {@code 64KiB}, {@code 1MiB}. */
public record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)");

  /**
   * @throws IllegalArgumentException saying what was expected
   */
  public static ByteSize parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "not a size with its unit B, KiB, MiB or GiB, for example 64KiB");
    }
    int shift =
        switch (parts.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    long amount = Long.parseLong(parts.group(1));
    if (amount > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("more than the largest size, 8589934591GiB");
    }
    return new ByteSize(amount << shift);
  }

  @Override
  public String toString() {
    for (int shift = 30; shift > 0; shift -= 10) {
      if (bytes > 0 && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + (shift == 30 ? "GiB" : shift == 20 ? "MiB" : "KiB");
      }
    }
    return bytes + "B";
  }
}
