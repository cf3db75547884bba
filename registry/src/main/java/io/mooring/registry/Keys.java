package io.mooring.registry;

/**
 * The registry's keys in Redis. One hash tag, so that a script may use them together in a cluster.
 */
final class Keys {
  /** Hash: incarnation, revision, tag (the random mark of the newest revision). */
  static final String META = "{mooring}:meta";

  /** Stream of state changes; an entry's id is {@code <revision>-0}. */
  static final String REVISIONS = "{mooring}:rev";

  /** Hash: server_id → renewal counter, of every server that is not GONE. */
  static final String BEATS = "{mooring}:beats";

  /** Hash: server_id → what the server said of itself with its last heartbeat. */
  static final String LOADS = "{mooring}:loads";

  /** Hash: holder, fence, beat; see {@link Election}. */
  static final String LEADER = "{mooring}:leader";

  /** Hash: Envoy's id → what the replica that serves it says of it. */
  static final String ENVOYS = "{mooring}:envoys";

  /** Followed by the server_id: hash of one server. */
  static final String SERVER_PREFIX = "{mooring}:server:";

  private Keys() {}

  static String server(String id) {
    return SERVER_PREFIX + id;
  }
}
