package io.mooring.token;

/**
 * The one grammar of ids in paths, headers and the registry: {@code [A-Za-z0-9_-]{1,64}}.
 *
 * <p>An id is compared as it stands. The grammar has no percent sign, so an encoded id is refused
 * and nothing can be decoded twice; whatever does not fit is refused and never repaired.
 */
public final class Ids {
  /** The longest id, in characters. */
  public static final int MAX_LENGTH = 64;

  private Ids() {}

  public static boolean valid(String id) {
    return valid(id, 0, id.length());
  }

  /** Whether {@code text[from, to)} is an id; for parsers that do not want to cut strings first. */
  public static boolean valid(String text, int from, int to) {
    if (from >= to || to - from > MAX_LENGTH) {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the id.
   *
   * @param what what the id is called where the user wrote it, for example {@code server_id}
   * @throws IllegalArgumentException naming what, the value and the grammar
   */
  public static String require(String what, String id) {
    if (!valid(id)) {
      throw new IllegalArgumentException(
          what + " " + Quote.of(id) + " does not fit [A-Za-z0-9_-]{1,64}");
    }
    return id;
  }
}
