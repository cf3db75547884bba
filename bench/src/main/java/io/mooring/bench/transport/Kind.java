package io.mooring.bench.transport;

/** Whose WebSocket it is. */
public enum Kind {
  /** {@link java.net.http.WebSocket}. */
  JDK("JDK"),
  /** The one of {@code netty-codec-http}, on NIO, which runs wherever a JDK does. */
  NETTY("Netty");

  private final String title;

  Kind(String title) {
    this.title = title;
  }

  /** As tables show it. */
  public String title() {
    return title;
  }
}
