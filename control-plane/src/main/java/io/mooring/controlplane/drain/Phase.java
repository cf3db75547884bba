package io.mooring.controlplane.drain;

/** How far a drain is. */
public enum Phase {
  /** The request stands in the registry; the leader has not taken it up. */
  REQUESTED,
  /** The text of the request cannot be read, and waits for somebody to replace it. */
  REJECTED,
  /** The server left placement and the endpoints, and refuses; the Envoys are awaited. */
  REFUSING,
  /** Clients are being told to reconnect. */
  MOVING,
  /** All were told; those that have not gone are awaited, and closed in the end. */
  STRAGGLERS,
  /** The server has left; final. */
  DRAINED,
  /** The server takes new clients again; final. */
  CANCELLED,
  /** The lease ended, or a new instance took the id, before the drain was done; final. */
  LOST;

  /** Whether nothing follows. */
  public boolean over() {
    return switch (this) {
      case REQUESTED, REJECTED, REFUSING, MOVING, STRAGGLERS -> false;
      case DRAINED, CANCELLED, LOST -> true;
    };
  }
}
