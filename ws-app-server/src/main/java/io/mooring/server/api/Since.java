package io.mooring.server.api;

import io.helidon.common.parameters.Parameters;
import io.helidon.http.Status;
import io.mooring.server.history.Position;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The query of a request about a channel. */
final class Since {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9_-]{1,64}):(0|[1-9]\\d{0,14}):(0|[1-9]\\d{0,14})");
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,3}");

  private Since() {}

  /**
   * @throws RefusedException if the query has anything but these parameters, each once
   */
  static void expectOnly(Parameters query, Set<String> known) {
    for (String name : query.names()) {
      Collection<String> values = query.all(name, List::of);
      if (!known.contains(name)) {
        throw Problem.of(
                Status.BAD_REQUEST_400,
                "unknown_parameter",
                "parameter",
                name,
                known.isEmpty()
                    ? "no parameter"
                    : String.join(", ", known.stream().sorted().toList()))
            .refusal();
      }
      if (values.size() != 1) {
        throw Problem.of(Status.BAD_REQUEST_400, "twice", "parameter", name, "each once").refusal();
      }
    }
  }

  /**
   * The parameter {@code since}, a position as {@code <epoch>:<off>:<tag>}.
   *
   * @throws RefusedException if it has another form
   */
  static Optional<Position> of(Parameters query) {
    return query.all("since", List::of).stream().findFirst().map(Since::position);
  }

  private static Position position(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw Problem.of(Status.BAD_REQUEST_400, "bad_request", "since", text, "<epoch>:<off>:<tag>")
          .refusal();
    }
    return new Position(
        parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
  }

  /**
   * The parameter {@code limit}.
   *
   * @throws RefusedException if it is not from 1 to the most
   */
  static int limit(Parameters query, int otherwise, int most) {
    Optional<String> given = query.all("limit", List::of).stream().findFirst();
    int limit =
        given
            .map(text -> NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0)
            .orElse(otherwise);
    if (limit < 1 || limit > most) {
      throw Problem.of(
              Status.BAD_REQUEST_400, "bad_request", "limit", given.orElse(""), "1 to " + most)
          .refusal();
    }
    return limit;
  }
}
