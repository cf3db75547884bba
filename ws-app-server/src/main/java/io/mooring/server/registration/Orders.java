package io.mooring.server.registration;

/**
 * Carries out what the registry says. Called on the registration's thread, with every answer of the
 * registry: it says how things are, not what has changed. Returns at once.
 */
public interface Orders {
  /** The server takes new clients; whatever it was told to do is called off. */
  void stay();

  /** The server's clients are to be moved away. */
  void move(Order order);

  /** Another instance has the server's id. Called once. */
  void fenced();
}
