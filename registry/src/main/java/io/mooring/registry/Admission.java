package io.mooring.registry;

/** What the registry answers to a {@link Registration}. */
public sealed interface Admission {
  /** The instance holds the id; all its later writes carry this claim. */
  record Admitted(Claim claim, ServerState state) implements Admission {}

  /** A newer instance took the id from this one, and holds it with this generation. */
  record Fenced(long generation) implements Admission {}

  /** The id belongs to a server of another service. */
  record Taken(String service) implements Admission {}
}
