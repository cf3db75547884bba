package io.mooring.registry;

import java.util.regex.Pattern;

/**
 * What the names in the registry may consist of; refused when they do not match, never repaired.
 */
public enum Grammar {
  /** A server_id or an instance_uid. */
  ID("[A-Za-z0-9_-]{1,64}"),
  SERVICE("[a-z0-9-]{1,63}"),
  /** A deploy label; may be empty. */
  RELEASE("[A-Za-z0-9._:+@/-]{0,128}"),
  CAPABILITY("[A-Za-z0-9._/-]{1,64}"),
  LABEL("[A-Za-z0-9._/-]{1,63}"),
  LABEL_VALUE("[ -~]{0,128}");

  private final Pattern pattern;

  Grammar(String expression) {
    pattern = Pattern.compile(expression);
  }

  public boolean matches(String text) {
    return pattern.matcher(text).matches();
  }

  /** The regular expression that a text has to match as a whole. */
  public String expression() {
    return pattern.pattern();
  }

  /**
   * The text itself.
   *
   * @throws IllegalArgumentException naming the field, the text and what was expected
   */
  String require(String field, String text) {
    if (!matches(text)) {
      throw new IllegalArgumentException(
          field + " \"" + text + "\" does not match " + expression());
    }
    return text;
  }
}
