package io.mooring.server.protocol;

/**
 * What every client is told in {@code hello}: timing, which is the server's to tune, and limits.
 *
 * @param pingMillis how often the server sends {@code ping}
 * @param pongMillis how long it waits for a sign of life after that
 * @param resumeMillis how long a dropped client's presence outlives its socket
 * @param frameBytes longest payload of a frame
 * @param messageBytes longest message
 * @param subscriptions channels of a connection
 * @param messages messages of a client in 10 s
 * @param queueBytes outbound queue of a connection
 * @param firstMessageMillis how long after the handshake the first message may take
 */
public record Terms(
    long pingMillis,
    long pongMillis,
    long resumeMillis,
    int frameBytes,
    int messageBytes,
    int subscriptions,
    int messages,
    int queueBytes,
    long firstMessageMillis) {
  /** Deepest nesting of a message. */
  public static final int JSON_DEPTH = 32;

  /**
   * A client's first ceiling of backoff, its highest, and how long it must be well to begin anew.
   */
  public static final long BACKOFF_FIRST_MILLIS = 500;

  public static final long BACKOFF_MOST_MILLIS = 30_000;
  public static final long BACKOFF_RESET_MILLIS = 10_000;
}
