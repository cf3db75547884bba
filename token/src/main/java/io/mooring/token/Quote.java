package io.mooring.token;

/** Shows a value from outside in a message: quoted, cut at 64 characters, nothing unprintable. */
final class Quote {
  private static final int LONGEST = 64;

  private Quote() {}

  static String of(String value) {
    StringBuilder shown = new StringBuilder(LONGEST + 5).append('"');
    for (int i = 0; i < Math.min(value.length(), LONGEST); i++) {
      char c = value.charAt(i);
      shown.append(c < ' ' || c == '"' || c > '~' ? '?' : c);
    }
    return shown.append(value.length() > LONGEST ? "…\"" : "\"").toString();
  }
}
