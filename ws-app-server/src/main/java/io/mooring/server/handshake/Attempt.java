package io.mooring.server.handshake;

/**
 * For which time the edge sends the same request. It says so itself, over whatever a client says;
 * whoever comes around it may claim anything, so this decides how a refusal is worded and never who
 * comes in.
 */
public final class Attempt {
  public static final String HEADER = "x-envoy-attempt-count";
  private static final String FIRST = "1";

  private Attempt() {}

  /**
   * Whether it is not the first time.
   *
   * @param count the header's value; empty if there is none
   */
  public static boolean isRetry(String count) {
    return !count.isEmpty() && !count.equals(FIRST);
  }
}
