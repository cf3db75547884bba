package io.mooring.server.presence;

/**
 * One life of a server. It holds the users whose sockets it has, however many these are, so that
 * only one thing is to be removed when it is dead.
 *
 * @param server its server_id, which has neither an {@code @} nor a space
 * @param generation from 1; a later life under the same server_id has a higher one
 */
public record Holder(String server, long generation) {
  /**
   * @param text {@code server@generation}
   * @throws IllegalArgumentException if it is anything else
   */
  public static Holder parse(String text) {
    int at = text.lastIndexOf('@');
    if (at < 1) {
      throw new IllegalArgumentException("'" + text + "' is no server@generation");
    }
    return new Holder(text.substring(0, at), Long.parseLong(text, at + 1, text.length(), 10));
  }

  @Override
  public String toString() {
    return server + "@" + generation;
  }
}
