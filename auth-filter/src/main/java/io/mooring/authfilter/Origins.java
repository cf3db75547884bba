package io.mooring.authfilter;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The web pages that may open sockets, by their exact origin (RFC 6454). Only a browser sends an
 * origin, and it always does: a request without one comes from no page.
 */
final class Origins {
  private static final Pattern ORIGIN =
      Pattern.compile("null|[a-z][a-z0-9+.-]*://(?:[a-z0-9.-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?");

  private final Set<String> allowed;

  private Origins(Set<String> allowed) {
    this.allowed = allowed;
  }

  /**
   * @throws IllegalArgumentException naming the entry that no browser would ever send
   */
  static Origins of(List<String> allowed) {
    for (String origin : allowed) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "origins: \""
                + origin
                + "\" is no origin; expected scheme://host[:port] in lower case, without a path, as"
                + " browsers send it, for example https://app.example.com");
      }
    }
    return new Origins(Set.copyOf(allowed));
  }

  /**
   * @throws RefusedException unless the origin is absent or listed
   */
  void check(@Nullable String origin) {
    if (origin != null && !allowed.contains(origin)) {
      throw RefusedException.forbidden("origin", "this origin is not on the list of origins");
    }
  }
}
