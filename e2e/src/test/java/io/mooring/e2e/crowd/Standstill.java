package io.mooring.e2e.crowd;

/**
 * A time in which the clients themselves did nothing, for a garbage collection or for want of a
 * processor. What fell into it they did late, and in a bunch.
 *
 * @param from monotonic nanoseconds
 * @param until monotonic nanoseconds
 */
public record Standstill(long from, long until) {
  long nanos() {
    return until - from;
  }
}
