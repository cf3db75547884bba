package io.mooring.e2e.crowd;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a socket ended, or did not come to be. */
sealed interface Ending {
  /** What a client does next. */
  enum Rule {
    STOP,
    BACK_OFF,
    /** At the slot that the server gave, or now. */
    RESUME
  }

  /** What counts: {@code 4200}, {@code http 503}, {@code failed}. */
  String word();

  Rule rule();

  /** Milliseconds that the server asked to wait. */
  default OptionalLong retryAfter() {
    return OptionalLong.empty();
  }

  /** A close frame, or 1006 for a connection that broke. */
  record Closed(int code, String reason) implements Ending {
    private static final Pattern RETRY_AFTER = Pattern.compile("(?:^|;)ra=(\\d{1,9})(?:;|$)");

    @Override
    public String word() {
      return Integer.toString(code);
    }

    @Override
    public Rule rule() {
      if (code >= 4500 && code < 5000) {
        return Rule.STOP;
      }
      if (code >= 4200 && code < 4300) {
        return Rule.RESUME;
      }
      return switch (code) {
        case 1002, 1003, 1007, 1008, 1009 -> Rule.STOP;
        default -> Rule.BACK_OFF;
      };
    }

    @Override
    public OptionalLong retryAfter() {
      Matcher found = RETRY_AFTER.matcher(reason);
      return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
    }
  }

  /** A handshake that was answered, but not with 101. */
  record Refused(int status) implements Ending {
    @Override
    public String word() {
      return "http " + status;
    }

    @Override
    public Rule rule() {
      return Rule.BACK_OFF;
    }
  }

  /** No answer: the connection was refused, broke, or took too long. */
  record Failed(String why) implements Ending {
    @Override
    public String word() {
      return why;
    }

    @Override
    public Rule rule() {
      return Rule.BACK_OFF;
    }
  }
}
