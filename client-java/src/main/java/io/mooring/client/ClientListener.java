package io.mooring.client;

/**
 * Hears what becomes of a client as a whole. Called in the client's order, on whichever thread that
 * runs on: one call after the other, never two at once. It must not wait for the client; it may
 * call it.
 */
public interface ClientListener {
  /** The client has another state. {@link MooringClient#state} may already be a later one. */
  default void stateChanged(StateChange change) {}

  /**
   * Something went wrong that no callback and no future tells: the application gave no token, a
   * server refused the client for good, a listener threw. The client goes on, unless its state says
   * otherwise.
   */
  default void error(MooringException error) {}
}
