package io.mooring.controlplane.admin;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The query of a request, each parameter at most once and none that is not known. */
final class Parameters {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final int LONGEST = 2_048;

  private final ServerRequest request;

  /**
   * @throws RefusedException naming a parameter that is not known
   */
  Parameters(ServerRequest request, Set<String> known) {
    this.request = request;
    for (String name : request.query().names()) {
      if (!known.contains(name)) {
        throw bad("\"" + name + "\"", "is not known; what is: " + new TreeSet<>(known));
      }
    }
  }

  /**
   * @throws RefusedException if it stands twice, or is too long
   */
  Optional<String> text(String name) {
    List<String> values = request.query().all(name, List::of);
    if (values.size() > 1) {
      throw bad(name, "stands " + values.size() + " times, expected once");
    }
    values.stream()
        .filter(value -> value.length() > LONGEST)
        .forEach(
            value -> {
              throw bad(name, "is longer than " + LONGEST + " characters");
            });
    return values.stream().filter(value -> !value.isEmpty()).findFirst();
  }

  /**
   * @throws RefusedException unless it is absent or a whole number from 1 to {@code most}
   */
  int number(String name, int absent, int most) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return absent;
    }
    int number = NUMBER.matcher(text.get()).matches() ? Integer.parseInt(text.get()) : 0;
    if (number < 1 || number > most) {
      throw bad(name, "is \"" + text.get() + "\", expected 1 to " + most);
    }
    return number;
  }

  /**
   * @throws RefusedException unless it is absent, true or false
   */
  boolean truth(String name) {
    return switch (text(name).orElse("false")) {
      case "true" -> true;
      case "false" -> false;
      case String other -> throw bad(name, "is \"" + other + "\", expected true or false");
    };
  }

  static RefusedException bad(String name, String what) {
    return new RefusedException(
        new Problem(Status.BAD_REQUEST_400, "bad_request", "the parameter " + name + " " + what));
  }
}
