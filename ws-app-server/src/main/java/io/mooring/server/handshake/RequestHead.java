package io.mooring.server.handshake;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The head of an HTTP/1.1 request, read as strictly as RFC 9112 lets a server: no folded lines, no
 * bare CR or LF, no space before a colon, no control characters. What a lenient reader repairs is
 * what two readers understand differently.
 *
 * @param method as sent
 * @param target in origin form, beginning with a slash
 * @param fields in the order sent, names in lower case
 */
public record RequestHead(String method, String target, List<Field> fields) {
  private static final String VERSION = "HTTP/1.1";
  private static final int MOST_FIELDS = 100;

  /** One header field; the value has no surrounding white space. */
  public record Field(String name, String value) {}

  /**
   * Reads a head.
   *
   * @param text the lines, each ended by CRLF, without the empty one
   * @throws RefusedException with 400
   */
  static RequestHead parse(String text) {
    int end = text.indexOf("\r\n");
    int afterMethod = text.indexOf(' ');
    int afterTarget = text.indexOf(' ', afterMethod + 1);
    if (afterMethod <= 0 || afterTarget < 0 || afterTarget > end) {
      throw bad("the request line is not \"method target version\"");
    }
    String method = text.substring(0, afterMethod);
    String target = text.substring(afterMethod + 1, afterTarget);
    if (!isToken(method)) {
      throw bad("the method is no token");
    }
    if (!text.substring(afterTarget + 1, end).equals(VERSION)) {
      throw bad("the version is not " + VERSION);
    }
    if (target.isEmpty() || target.charAt(0) != '/' || !isVisible(target)) {
      throw bad("the target is not a path with visible ASCII characters");
    }
    return new RequestHead(method, target, fields(text, end + 2));
  }

  /** Every value of a field, in the order sent. */
  List<String> all(String name) {
    List<String> values = new ArrayList<>(1);
    for (Field field : fields) {
      if (field.name.equals(name)) {
        values.add(field.value);
      }
    }
    return values;
  }

  /**
   * The value of a field that may stand only once.
   *
   * @return empty if it is missing
   * @throws RefusedException with 400 if it stands twice
   */
  String single(String name) {
    List<String> values = all(name);
    if (values.size() > 1) {
      throw bad("the header " + name + " stands " + values.size() + " times, expected once");
    }
    return values.isEmpty() ? "" : values.getFirst();
  }

  /** Whether a comma-separated field has a member, in any case of letters. */
  boolean lists(String name, String member) {
    for (String value : all(name)) {
      for (String part : value.split(",", -1)) {
        if (part.strip().equalsIgnoreCase(member)) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<Field> fields(String text, int from) {
    List<Field> fields = new ArrayList<>(16);
    for (int at = from; at < text.length(); ) {
      int end = text.indexOf("\r\n", at);
      int colon = text.indexOf(':', at);
      if (colon <= at || colon > end) {
        throw bad("a header line has no name");
      }
      String name = text.substring(at, colon);
      String value = text.substring(colon + 1, end).strip();
      if (!isToken(name)) {
        throw bad("a header name is no token");
      }
      if (!isText(value)) {
        throw bad("the header " + name + " has a control character");
      }
      if (fields.size() == MOST_FIELDS) {
        throw bad("more than " + MOST_FIELDS + " headers");
      }
      fields.add(new Field(name.toLowerCase(Locale.ROOT), value));
      at = end + 2;
    }
    return fields;
  }

  /** RFC 9110 section 5.6.2; a folded line begins with a space and so is none. */
  static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isVisible(String text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static boolean isText(String text) {
    return text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
  }

  private static RefusedException bad(String detail) {
    return Refusal.badRequest(detail).exception();
  }
}
