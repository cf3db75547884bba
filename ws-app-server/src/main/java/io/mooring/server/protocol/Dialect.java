package io.mooring.server.protocol;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Gap;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.presence.Audiences;
import io.mooring.server.presence.Page;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps frames to what clients ask, and what they are told to frames. Sessions know no field name
 * and no encoding. A dialect keeps no state of a connection.
 *
 * <p>What it writes are whole frames, ready for the wire.
 */
public interface Dialect extends Audiences.Encoder {
  /** The name of the WebSocket subprotocol. */
  String subprotocol();

  /**
   * Reads one WebSocket message, which may hold several operations.
   *
   * @param loop the loop that calls
   * @throws MalformedException if it is no message of this dialect; then none of it counts
   */
  List<Operation> read(ByteBuf message, Loop loop);

  byte[] hello(Hello hello, Terms terms);

  /**
   * A subscription without a past, or with a past that cannot be had.
   *
   * @param position from where on it is live
   * @param gap why a resume is not whole; null if none was asked for
   * @param snapshot whether the channel has a snapshot that makes up for it
   * @param conflate whether messages may be left out for a newer one of their key
   * @param members who is there; null if that was not asked for
   */
  byte[] subscribed(
      long id,
      String channel,
      Position position,
      @Nullable Gap gap,
      boolean snapshot,
      boolean conflate,
      @Nullable Page members);

  /**
   * A subscription that goes on from where the client was.
   *
   * @param since the client's own position
   * @param replayed how many messages follow before the live ones
   * @param conflate as in {@link #subscribed}
   * @param members as in {@link #subscribed}
   */
  byte[] resumed(
      long id,
      String channel,
      Position since,
      int replayed,
      boolean conflate,
      @Nullable Page members);

  /** Some of those who are in a channel. */
  byte[] members(long id, String channel, Page members);

  byte[] subscribeFailed(long id, String channel, SubscribeFailure reason);

  byte[] unsubscribed(long id, String channel);

  /** The server has ended a subscription, live yet or not. */
  byte[] unsubscribed(String channel, SubscribeFailure reason);

  byte[] published(long id, String channel, Position position);

  byte[] message(String channel, Delivery delivery);

  /**
   * The subscription's continuity broke; it is live again from {@code position} on.
   *
   * @param snapshot whether the channel has a snapshot that makes up for it
   */
  byte[] lost(String channel, Gap reason, Position position, boolean snapshot);

  /**
   * @param afterMillis when the client is to open its next connection
   * @param reason one word
   */
  byte[] reconnect(long afterMillis, String reason);

  /**
   * The connection has a new token.
   *
   * @param id {@link Operation#NO_ID} if the client gave none
   * @param exp when it expires, in seconds since 1970
   */
  byte[] authenticated(long id, long exp);

  /**
   * The connection's token expires soon.
   *
   * @param exp when, in seconds since 1970
   */
  byte[] authenticationExpiring(long exp);

  byte[] ping();

  /**
   * @param id {@link Operation#NO_ID} if the error answers nothing with an id
   * @param retryMillis when to try again; 0 if that is not said
   */
  byte[] error(long id, String code, String message, long retryMillis);
}
