package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * The first message of a socket.
 *
 * @param pingMillis how often the server pings
 * @param pongMillis how long it waits for a sign of life
 * @param messageBytes the longest message that it takes
 * @param queueBytes more than that it does not send without waiting
 * @param messages how many messages it takes in ten seconds
 * @param depth how deep JSON may be nested
 * @param firstMillis the first ceiling of the waits between attempts
 * @param mostMillis the highest
 * @param healthMillis how long a socket must live for the next failure to be the first
 */
record Hello(
    Connection connection,
    long pingMillis,
    long pongMillis,
    int messageBytes,
    int queueBytes,
    int messages,
    int depth,
    long firstMillis,
    long mostMillis,
    long healthMillis) {
  /** What holds until a server says otherwise. */
  static final int MESSAGE_BYTES = 128 * 1024;

  static final int QUEUE_BYTES = 1024 * 1024;
  static final int DEPTH = 32;

  private static final int MESSAGES = 120;
  private static final long PING_MILLIS = 25_000;
  private static final long PONG_MILLIS = 10_000;

  /**
   * @param otherwise where the client comes back to if what the message says does not do
   * @throws MalformedException if it does not say who greets
   */
  static Hello of(JsonNode json, URI otherwise) {
    if (!json.path("conn").isTextual()
        || !json.path("server").isTextual()
        || !json.path("url").isTextual()) {
      throw new MalformedException("hello with conn, server and url");
    }
    JsonNode limits = json.path("limits");
    JsonNode backoff = json.path("backoff");
    return new Hello(
        new Connection(
            json.path("conn").asText(),
            json.path("server").asText(),
            url(json.path("url"), otherwise)),
        positive(json.path("ping_ms"), PING_MILLIS),
        positive(json.path("pong_ms"), PONG_MILLIS),
        (int) positive(limits.path("message_bytes"), MESSAGE_BYTES),
        (int) positive(limits.path("queue_bytes"), QUEUE_BYTES),
        (int) positive(limits.path("messages_per_10s"), MESSAGES),
        (int) positive(limits.path("json_depth"), DEPTH),
        positive(backoff.path("first_ms"), Backoff.FIRST.toMillis()),
        positive(backoff.path("max_ms"), Backoff.MOST.toMillis()),
        positive(backoff.path("reset_ms"), Backoff.HEALTH.toMillis()));
  }

  /** Beyond so many characters a message of the server cannot be right. */
  int longest() {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(queueBytes, 2L * messageBytes));
  }

  /**
   * The URL in {@code json}, if it is one of a WebSocket, and no less safe than {@code otherwise}:
   * the token goes there.
   */
  static URI url(JsonNode json, URI otherwise) {
    try {
      URI url = new URI(json.asText());
      boolean fits =
          "wss".equalsIgnoreCase(url.getScheme())
              || ("ws".equalsIgnoreCase(url.getScheme())
                  && "ws".equalsIgnoreCase(otherwise.getScheme()));
      return fits && url.getHost() != null && url.getFragment() == null ? url : otherwise;
    } catch (URISyntaxException noUrl) {
      return otherwise;
    }
  }

  private static long positive(JsonNode json, long otherwise) {
    long value = json.asLong();
    return value > 0 && value <= Integer.MAX_VALUE ? value : otherwise;
  }
}
