package io.mooring.server.handshake;

import io.mooring.server.frame.CloseCode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A refusal that this server is to speak, because its client could not read an HTTP status: {@code
 * 4503}, or {@code 4100;ra=1500} with the milliseconds to wait.
 *
 * @param reason the text of the close frame
 */
record Verdict(CloseCode code, String reason) {
  private static final Pattern FORM = Pattern.compile("(4[15]\\d\\d)(?:;ra=(\\d{1,7}))?");

  static Optional<Verdict> parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(parts.group(1));
    for (CloseCode code : CloseCode.values()) {
      if (code.number() == number) {
        String wait = parts.group(2) == null ? "" : ";ra=" + parts.group(2);
        return Optional.of(new Verdict(code, code.reason() + wait));
      }
    }
    return Optional.empty();
  }
}
