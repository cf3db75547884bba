package io.mooring.cli.terminal;

import java.time.Duration;

/** Lengths of time as people say them. */
public final class Spans {
  private Spans() {}

  /** {@code 3 s}, {@code 52 m}, {@code 7 h}, {@code 12 d}: the largest unit that says enough. */
  public static String text(Duration span) {
    if (span.compareTo(Duration.ofMinutes(2)) < 0) {
      return span.toSeconds() + " s";
    }
    if (span.compareTo(Duration.ofHours(2)) < 0) {
      return span.toMinutes() + " m";
    }
    return span.compareTo(Duration.ofDays(2)) < 0 ? span.toHours() + " h" : span.toDays() + " d";
  }
}
