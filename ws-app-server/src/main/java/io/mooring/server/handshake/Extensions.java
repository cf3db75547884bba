package io.mooring.server.handshake;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Agrees on permessage-deflate (RFC 7692 section 7.1). Every message is compressed for itself, both
 * ways, so that no socket keeps state between two messages, and one compressed frame serves all.
 */
final class Extensions {
  static final String HEADER = "sec-websocket-extensions";

  private static final String NAME = "permessage-deflate";
  private static final String AGREED =
      NAME + "; server_no_context_takeover; client_no_context_takeover";

  /** The window of the JDK's deflater, which cannot be told to keep to a smaller one. */
  private static final int WINDOW_BITS = 15;

  private static final int LEAST_BITS = 8;

  private Extensions() {}

  /**
   * The answer to the first offer that can be met; empty if none can.
   *
   * @throws RefusedException with 400 if the header is none (RFC 6455 section 9.1)
   */
  static Optional<String> agree(RequestHead head) {
    List<String> values = head.all(HEADER);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    // Values hold no comma and no semicolon: they are tokens, quoted or not.
    for (String offer : String.join(",", values).split(",", -1)) {
      Optional<String> answer = answer(offer.split(";", -1));
      if (answer.isPresent()) {
        return answer;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> answer(String[] offer) {
    boolean met = token(offer[0]).equals(NAME);
    boolean window = false;
    Set<String> seen = new HashSet<>();
    for (int i = 1; i < offer.length; i++) {
      int equals = offer[i].indexOf('=');
      String name = token(equals < 0 ? offer[i] : offer[i].substring(0, equals));
      Optional<String> value =
          equals < 0 ? Optional.empty() : Optional.of(value(offer[i].substring(equals + 1)));
      met &= seen.add(name);
      switch (name) {
        case "server_no_context_takeover", "client_no_context_takeover" -> met &= value.isEmpty();
        case "client_max_window_bits" -> met &= value.isEmpty() || bits(value.get()) > 0;
        case "server_max_window_bits" -> {
          met &= value.isPresent() && bits(value.get()) == WINDOW_BITS;
          window = true;
        }
        default -> met = false;
      }
    }
    return met
        ? Optional.of(window ? AGREED + "; server_max_window_bits=" + WINDOW_BITS : AGREED)
        : Optional.empty();
  }

  /** 8 to 15, or 0 if it is not one of these. */
  private static int bits(String text) {
    if (text.length() > 2 || text.startsWith("0") || !text.chars().allMatch(Character::isDigit)) {
      return 0;
    }
    int bits = Integer.parseInt(text);
    return bits >= LEAST_BITS && bits <= WINDOW_BITS ? bits : 0;
  }

  private static String value(String written) {
    String text = written.strip();
    boolean quoted = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
    return token(quoted ? text.substring(1, text.length() - 1) : text);
  }

  private static String token(String written) {
    String text = written.strip();
    if (!RequestHead.isToken(text)) {
      throw Refusal.badRequest("the header " + HEADER + " is no list of extensions").exception();
    }
    return text;
  }
}
