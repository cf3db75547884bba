package io.mooring.server.fleet;

/**
 * A server as the fleet's view has it.
 *
 * @param generation the one that holds the server's id
 * @param draining whether it moves its clients away and takes no new ones
 * @param suspect whether its lease has lapsed
 */
public record Standing(long generation, boolean draining, boolean suspect) {
  /**
   * How it has gone, if this was the last that was heard of it.
   *
   * @param otherwise if it had not said that it would go, and its lease had not lapsed
   */
  Departure departure(Departure.End otherwise) {
    if (suspect) {
      return new Departure(generation, Departure.End.LOST);
    }
    return new Departure(generation, draining ? Departure.End.IN_ORDER : otherwise);
  }
}
