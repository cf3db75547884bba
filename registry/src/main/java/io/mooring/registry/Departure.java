package io.mooring.registry;

/**
 * That a server left, as a follower of the registry saw it.
 *
 * @param generation the one that left
 */
public record Departure(long generation, Cause cause) {
  /** What ended its place in the registry. */
  public enum Cause {
    /** Its own word. */
    DEREGISTERED,
    /** Its lease. */
    EXPIRED,
    /** The follower was not told: the server was missing when all was read anew. */
    UNSEEN
  }
}
