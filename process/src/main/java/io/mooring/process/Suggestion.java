package io.mooring.process;

import java.util.Collection;
import java.util.Optional;

/** The word that somebody who mistyped most likely meant. */
public final class Suggestion {
  private Suggestion() {}

  /** The candidate nearest to {@code word}, if one is near enough to be meant. */
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    return nearest(word, candidates, Math.max(2, word.length() / 3));
  }

  /**
   * The candidate nearest to {@code word}.
   *
   * @param slips how many letters may be wrong, missing or too many
   */
  static Optional<String> nearest(String word, Collection<String> candidates, int slips) {
    String best = "";
    int bestDistance = slips + 1;
    for (String candidate : candidates) {
      if (differsInNumbersAlone(word, candidate)) {
        continue;
      }
      int distance = distance(word, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /** Whoever types app-9 means no app-1: another thing of that kind is not a slip. */
  private static boolean differsInNumbersAlone(String one, String other) {
    return !one.equals(other) && withoutDigits(one).equals(withoutDigits(other));
  }

  private static String withoutDigits(String word) {
    return word.replaceAll("[0-9]+", "0");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
