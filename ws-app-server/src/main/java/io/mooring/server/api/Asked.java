package io.mooring.server.api;

import io.helidon.common.parameters.Parameters;
import io.helidon.http.Status;
import io.mooring.server.connection.Selection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The query of {@code /api/v1/connections}.
 *
 * @param closed whether the ended ones are asked for, not the live ones
 */
record Asked(Selection selection, boolean closed) {
  static final int MOST = 1_000;

  private static final int DEFAULT_LIMIT = 100;
  private static final Set<String> NAMES = Set.of("conn", "user", "envoy", "closed", "limit");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");

  /**
   * @throws RefusedException naming the parameter, its value and what was expected
   */
  static Asked of(Parameters query) {
    for (String name : query.names()) {
      if (!NAMES.contains(name)) {
        throw bad(name, "is not known; what is: closed, conn, envoy, limit, user");
      }
    }
    return new Asked(
        new Selection(
            value(query, "conn"),
            value(query, "user"),
            value(query, "envoy"),
            value(query, "limit").map(Asked::limit).orElse(DEFAULT_LIMIT)),
        value(query, "closed").map(Asked::truth).orElse(false));
  }

  private static Optional<String> value(Parameters query, String name) {
    List<String> values = query.all(name, List::of);
    if (values.size() > 1) {
      throw bad(name, "stands " + values.size() + " times, expected once");
    }
    return values.stream().findFirst();
  }

  private static int limit(String text) {
    int limit = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MOST) {
      throw bad("limit", "is \"" + text + "\", expected 1 to " + MOST);
    }
    return limit;
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad("closed", "is \"" + text + "\", expected true or false");
    };
  }

  private static RefusedException bad(String name, String what) {
    return new RefusedException(
        Problem.of(Status.BAD_REQUEST_400, "bad_request", "the parameter " + name + " " + what));
  }
}
