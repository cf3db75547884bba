package io.mooring.controlplane.explain;

import java.util.Optional;

/** What is to be explained. */
public sealed interface Target {
  /**
   * A URL that a client would use, or its path.
   *
   * @param pin what the path names; empty on a first connect
   * @param service what the query asks for; empty: it does not say
   * @param host host[:port]; "" in a path alone
   */
  record Url(Optional<Pin> pin, Optional<String> service, String host) implements Target {
    /** Ids as they stand in the path; neither proves anything. */
    public record Pin(String server, String conn) {}
  }

  /** A connection, wherever it is now. */
  record Conn(String id) implements Target {}

  /** All connections of a user. */
  record User(String id) implements Target {}

  /**
   * Reads a URL or its path, else an id of 43 characters as an auth-filter makes them, else a user.
   *
   * @throws IllegalArgumentException saying what was expected
   */
  static Target parse(String text) {
    return TargetText.parse(text);
  }
}
