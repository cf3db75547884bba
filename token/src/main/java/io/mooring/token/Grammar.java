package io.mooring.token;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the claims of a token may hold. Each method returns the value, or throws an {@link
 * IllegalArgumentException} that names the claim, the value and the grammar.
 */
final class Grammar {
  private static final Set<String> ROLES =
      Set.of("client", "publisher", "view", "operate", "admin");
  private static final int LONGEST = 128;

  private Grammar() {}

  /** {@code sub} and {@code tenant}. */
  static String name(String claim, @Nullable String value) {
    if (value == null || value.isEmpty() || value.length() > LONGEST || !ofNameCharacters(value)) {
      throw wrong(claim, value, "1 to 128 of [A-Za-z0-9._:@|~-]");
    }
    return value;
  }

  static String tokenId(String value) {
    boolean printable = value.chars().allMatch(c -> c > ' ' && c <= '~');
    if (value.isEmpty() || value.length() > LONGEST || !printable) {
      throw wrong("jti", value, "1 to 128 printable ASCII characters");
    }
    return value;
  }

  static String role(@Nullable String value) {
    if (value == null || !ROLES.contains(value)) {
      throw wrong("role", value, "client, publisher, view, operate or admin");
    }
    return value;
  }

  static IllegalArgumentException wrong(String claim, @Nullable String value, String expected) {
    String shown = value == null ? "missing" : Quote.of(value);
    return new IllegalArgumentException(claim + " is " + shown + ", expected " + expected);
  }

  private static boolean ofNameCharacters(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && "._:@|~-".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
