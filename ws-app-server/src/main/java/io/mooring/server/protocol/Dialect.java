package io.mooring.server.protocol;

import io.mooring.server.broker.Delivery;
import io.mooring.server.broker.Position;
import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps frames to what clients ask, and what they are told to frames. Sessions know no field name
 * and no encoding. A dialect keeps no state of a connection.
 *
 * <p>What it writes are whole frames, ready for the wire.
 */
public interface Dialect {
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
   * @param gap why a resume is not whole; null if none was asked for
   */
  byte[] subscribed(long id, String channel, Position position, @Nullable Gap gap);

  byte[] subscribeFailed(long id, String channel, SubscribeFailure reason);

  byte[] unsubscribed(long id, String channel);

  byte[] published(long id, String channel, Position position);

  byte[] message(String channel, Delivery delivery);

  /** The subscription's continuity broke; it is live again from {@code position} on. */
  byte[] lost(String channel, Gap reason, Position position);

  /**
   * @param afterMillis when the client is to open its next connection
   * @param reason one word
   */
  byte[] reconnect(long afterMillis, String reason);

  byte[] ping();

  /**
   * @param id {@link Operation#NO_ID} if the error answers nothing with an id
   * @param retryMillis when to try again; 0 if that is not said
   */
  byte[] error(long id, String code, String message, long retryMillis);
}
