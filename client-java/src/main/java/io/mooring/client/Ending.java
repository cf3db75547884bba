package io.mooring.client;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a socket ended, or did not come to be, and what a client does then. */
sealed interface Ending {
  enum Rule {
    /** Coming back is useless. */
    STOP,

    /** Come back after a random wait. */
    BACK_OFF,

    /** Come back exactly when the server said. */
    AT_SLOT
  }

  Rule rule();

  /** Milliseconds that the server asked to wait. */
  default OptionalLong delay() {
    return OptionalLong.empty();
  }

  /** Whether the token is to blame, so that another may help. */
  default boolean blamesToken() {
    return false;
  }

  /** Why, as a word for programs. */
  String code();

  /** Why, for people. */
  String reason();

  /** A close frame; 1006 if the connection broke without one. */
  record Closed(int number, String text) implements Ending {
    private static final Pattern WAIT = Pattern.compile("(?:^|;)ra=(\\d{1,9})(?:;|$)");
    private static final Pattern WORD = Pattern.compile("(?:^|;)r=([a-z0-9_]{1,64})(?:;|$)");
    private static final int TOKEN_EXPIRED = 4105;
    private static final int BAD_AUTH = 4500;
    private static final int REPLACED = 4504;

    @Override
    public Rule rule() {
      if (number >= 4500 && number <= 4999) {
        return Rule.STOP;
      }
      if (number >= 4200 && number <= 4299) {
        return Rule.AT_SLOT;
      }
      return switch (number) {
        case 1002, 1003, 1007, 1008, 1009 -> Rule.STOP;
        default -> Rule.BACK_OFF;
      };
    }

    @Override
    public OptionalLong delay() {
      Matcher found = WAIT.matcher(text);
      return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
    }

    @Override
    public boolean blamesToken() {
      return number == TOKEN_EXPIRED || number == BAD_AUTH;
    }

    /** Whether a newer socket of the same connection took its place. */
    boolean replaced() {
      return number == REPLACED;
    }

    @Override
    public String code() {
      Matcher found = WORD.matcher(text);
      return found.find() ? found.group(1) : "closed_" + number;
    }

    @Override
    public String reason() {
      return "closed with " + number + (text.isEmpty() ? "" : " (" + text + ")");
    }
  }

  /**
   * A handshake that was answered, but not by 101.
   *
   * @param status of HTTP
   * @param delay what Retry-After says, in milliseconds
   */
  record Refused(int status, OptionalLong delay) implements Ending {
    static final int UNAUTHORIZED = 401;

    @Override
    public Rule rule() {
      return switch (status) {
        case 403, 404 -> Rule.STOP;
        default -> Rule.BACK_OFF;
      };
    }

    @Override
    public boolean blamesToken() {
      return status == UNAUTHORIZED;
    }

    @Override
    public String code() {
      return switch (status) {
        case UNAUTHORIZED -> "bad_auth";
        case 403 -> "forbidden";
        case 404 -> "not_found";
        default -> "http_" + status;
      };
    }

    @Override
    public String reason() {
      return "the handshake was answered by HTTP " + status;
    }
  }

  /** No connection, none in time, or one that fell silent. */
  record Broken(String reason) implements Ending {
    @Override
    public Rule rule() {
      return Rule.BACK_OFF;
    }

    @Override
    public String code() {
      return "broken";
    }
  }

  /** The application gave no token, so that nothing was tried. */
  record Tokenless(String reason) implements Ending {
    @Override
    public Rule rule() {
      return Rule.BACK_OFF;
    }

    @Override
    public String code() {
      return "token_failed";
    }
  }
}
