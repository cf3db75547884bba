package io.mooring.server.fleet;

/**
 * How a server has gone.
 *
 * @param generation the one that has gone, as have all before it
 * @param inOrder whether it said itself that it leaves; of one of which nobody has told how it
 *     went, whether it was draining when it was last told of, and its lease had not lapsed
 */
public record Departure(long generation, boolean inOrder) {}
