package io.mooring.registry;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast a server's clients are moved away, and until when.
 *
 * @param rate connections a second, at most {@link #HIGHEST_RATE}; 0: the server's default
 * @param deadline from {@link #SHORTEST_DEADLINE} to {@link #LONGEST_DEADLINE}, in whole
 *     milliseconds
 */
public record DrainSpec(int rate, Duration deadline) {
  public static final int HIGHEST_RATE = 100_000;
  public static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(15);
  public static final Duration LONGEST_DEADLINE = Duration.ofHours(24);

  public static final DrainSpec DEFAULT = new DrainSpec(0, Duration.ofSeconds(300));

  private static final Pattern WORD = Pattern.compile("(rate|deadline)=([0-9]{1,9})(ms|s|m|h|)");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final String EXPECTED = "expected \"rate=20 deadline=300s\", or one of the two";

  /**
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public DrainSpec {
    if (rate < 0 || rate > HIGHEST_RATE) {
      throw new IllegalArgumentException(
          "rate=" + rate + " is not between 0 (the default) and " + HIGHEST_RATE + " a second");
    }
    if (deadline.compareTo(SHORTEST_DEADLINE) < 0 || deadline.compareTo(LONGEST_DEADLINE) > 0) {
      throw new IllegalArgumentException(
          "deadline="
              + text(deadline)
              + " is not between "
              + text(SHORTEST_DEADLINE)
              + " and "
              + text(LONGEST_DEADLINE));
    }
  }

  /**
   * Reads what stands in the field {@code drain}: {@code rate=20 deadline=300s}, in any order, each
   * once, with {@code ms}, {@code s}, {@code m} or {@code h}. A word that is missing has its
   * default; so have both in an empty text and in {@code 1}.
   *
   * @throws IllegalArgumentException naming the text and what was expected
   */
  public static DrainSpec parse(String text) {
    if (CONTROL.matcher(text).find()) {
      throw refused(
          CONTROL.matcher(text).replaceAll("?"),
          "a control character, for example the end of a line, cannot be read");
    }
    String words = text.strip();
    if (words.isEmpty() || words.equals("1")) {
      return DEFAULT;
    }
    int rate = DEFAULT.rate();
    Duration deadline = DEFAULT.deadline();
    Set<String> read = new HashSet<>();
    for (String word : words.split(" +", -1)) {
      Matcher matcher = WORD.matcher(word);
      if (!matcher.matches() || matcher.group(1).equals("rate") != matcher.group(3).isEmpty()) {
        throw refused(text, EXPECTED);
      }
      if (!read.add(matcher.group(1))) {
        throw refused(text, matcher.group(1) + " stands twice; " + EXPECTED);
      }
      int number = Integer.parseInt(matcher.group(2));
      if (matcher.group(1).equals("deadline")) {
        deadline = duration(number, matcher.group(3));
      } else if (number == 0) {
        throw refused(text, "at rate=0 nobody would ever go; leave rate out for the default");
      } else {
        rate = number;
      }
    }
    return new DrainSpec(rate, deadline);
  }

  /** The form of {@link #parse}; without the rate where that is the default. */
  @Override
  public String toString() {
    return (rate == 0 ? "" : "rate=" + rate + " ") + "deadline=" + text(deadline);
  }

  private static IllegalArgumentException refused(String text, String why) {
    return new IllegalArgumentException("drain \"" + text + "\": " + why);
  }

  private static Duration duration(int number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static String text(Duration time) {
    long millis = time.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }
}
