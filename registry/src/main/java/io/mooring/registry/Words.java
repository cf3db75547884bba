package io.mooring.registry;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The form of what stands in one field of Redis and is read by people, too: {@code name=value}
 * words with blanks between them.
 */
public final class Words {
  private Words() {}

  /** The values by their names; of two with one name the last, and "" for a word without "=". */
  public static Map<String, String> of(String text) {
    Map<String, String> words = new LinkedHashMap<>();
    for (String word : text.strip().split("\\s+")) {
      int equals = word.indexOf('=');
      if (equals >= 0) {
        words.put(word.substring(0, equals), word.substring(equals + 1));
      } else if (!word.isEmpty()) {
        words.put(word, "");
      }
    }
    return words;
  }
}
