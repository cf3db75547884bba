package io.mooring.controlplane.registration;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ports from {@code first} to {@code last}, both included. */
record PortRange(int first, int last) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  /**
   * Reads {@code 7200} or {@code 1024-65535}.
   *
   * @throws IllegalArgumentException naming the text and the form that was expected
   */
  static PortRange parse(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      int first = Integer.parseInt(form.group(1));
      int last = form.group(2) == null ? first : Integer.parseInt(form.group(2));
      if (first >= 1 && first <= last && last <= 65535) {
        return new PortRange(first, last);
      }
    }
    throw new IllegalArgumentException(
        "ports \"" + text + "\" is not a port or a range of ports, for example 1024-65535");
  }

  boolean contains(int port) {
    return first <= port && port <= last;
  }
}
