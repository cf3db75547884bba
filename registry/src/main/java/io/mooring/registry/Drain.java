package io.mooring.registry;

/**
 * A drain that has begun.
 *
 * @param id the same until the drain ends, also when its spec changes
 * @param spec the one in force
 * @param released whether the server is told to move its clients; before, it only refuses new ones
 */
public record Drain(String id, DrainSpec spec, boolean released) {
  public Drain {
    Grammar.ID.require("drain_id", id);
  }
}
