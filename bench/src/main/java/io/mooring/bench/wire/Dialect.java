package io.mooring.bench.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** A protocol as a client speaks it, every message in one text frame. */
public sealed interface Dialect permits MooringDialect, CentrifugeDialect {
  /** The handshake, from the request line to the empty line. */
  String handshake(String host, Credential credential);

  /** What the client says first, once it is upgraded. */
  String greeting(Credential credential);

  /**
   * A subscription, resumed if a position is given.
   *
   * @param watches whether it is told who else subscribes and ends
   */
  String subscribe(String channel, Optional<Position> from, boolean watches);

  /** The end of a subscription. */
  String unsubscribe(String channel);

  String publish(String channel, long id, String data);

  /**
   * Whether the server's ping stands at a place of a frame's text.
   *
   * @param start where the text begins in the array, {@code end} where it ends
   */
  boolean pings(byte[] text, int at, int start, int end);

  String pong();

  /** What a message of the server means to one that waits for its subscription. */
  Answer answer(JsonNode message);

  /** How a server's message bears on a subscription. */
  sealed interface Answer {
    /**
     * The client is subscribed.
     *
     * @param recovered whether a resume was one without a gap
     */
    record Subscribed(Position position, boolean recovered) implements Answer {}

    record Refused(String message) implements Answer {}

    /** Something else. */
    record Other() implements Answer {}
  }
}
