package io.mooring.bench.measure;

import java.util.Collection;
import java.util.Locale;

/** The middle of some figures, and how far they lie apart. */
public record Spread(double median, double least, double most) {
  /**
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(Collection<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no figures: expected at least one round");
    }
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** {@code 1.23 (1.20–1.31)}. */
  @Override
  public String toString() {
    return "%s (%s–%s)".formatted(number(median), number(least), number(most));
  }

  /** Three digits that count, as a table has no room for more. */
  public static String number(double value) {
    double size = Math.abs(value);
    String format =
        size == 0 || size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
