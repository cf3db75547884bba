package io.mooring.registry;

/**
 * What the leader shows with each write that only the leader may do. A write with a fence that was
 * overtaken changes nothing.
 *
 * @param holder the replica's name
 * @param number +1 with each change of the leader; at least 1
 */
public record Fence(String holder, long number) {
  public Fence {
    if (number < 1) {
      throw new IllegalArgumentException("fence " + number + " is not at least 1");
    }
  }
}
