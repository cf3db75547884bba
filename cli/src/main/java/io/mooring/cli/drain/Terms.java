package io.mooring.cli.drain;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How fast a server is to be drained, and until when.
 *
 * @param rate clients a second, 1 to {@value #HIGHEST_RATE}; 0: the server's own
 * @param deadline a number with its unit, {@code 300s}
 */
public record Terms(int rate, String deadline) {
  private static final int HIGHEST_RATE = 100_000;
  private static final Duration SHORTEST = Duration.ofSeconds(15);
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  /**
   * What was typed.
   *
   * @param rate null: the server's own
   * @throws IllegalArgumentException naming the option, its value and what was expected
   */
  public static Terms of(@Nullable Integer rate, String deadline) {
    if (rate != null && (rate < 1 || rate > HIGHEST_RATE)) {
      throw new IllegalArgumentException(
          "--rate %d: expected 1 to %d clients a second; without it, the server's own rate"
              .formatted(rate, HIGHEST_RATE));
    }
    Matcher time = TIME.matcher(deadline);
    if (!time.matches() || !isBetween(duration(time))) {
      throw new IllegalArgumentException(
          "--deadline %s: expected 15s to 24h, a number with ms, s, m or h".formatted(deadline));
    }
    return new Terms(rate == null ? 0 : rate, deadline);
  }

  private static Duration duration(Matcher time) {
    long number = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static boolean isBetween(Duration time) {
    return time.compareTo(SHORTEST) >= 0 && time.compareTo(LONGEST) <= 0;
  }
}
