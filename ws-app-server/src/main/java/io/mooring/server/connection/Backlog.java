package io.mooring.server.connection;

import io.mooring.server.channel.Update;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.frame.WebSocket;
import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;

/**
 * Sends at the client's own pace: messages that it missed, as a slow network does not make it a
 * slow consumer; live ones behind them; and those of channels that conflate, while it does not read
 * as fast as they speak. A replay that a client takes nothing of ends with its socket, as it holds
 * memory that is everybody's. Belongs to the connection's loop.
 */
final class Backlog {
  /** How much is replayed to one connection at a time, in bytes. */
  private static final int MOST_REPLAYED = 4 << 20;

  private final WebSocket socket;
  private final int mostLive;
  private final Runnable done;
  private final Standstill standstill;
  private final Waiting waiting = new Waiting();
  private boolean writing;

  /**
   * @param mostLive how much of what is not replayed may wait, in bytes; beyond it the socket is
   *     closed with 4101
   * @param mostStillMillis how long a replay may stand still; after that the socket is closed with
   *     4101, too
   * @param done called when nothing waits any more
   */
  Backlog(Loop loop, WebSocket socket, int mostLive, long mostStillMillis, Runnable done) {
    this.socket = socket;
    this.mostLive = mostLive;
    this.done = done;
    this.standstill =
        new Standstill(
            loop,
            mostStillMillis,
            socket::unsentBytes,
            () -> socket.close(CloseCode.SLOW_CONSUMER));
  }

  /** Whether so many more bytes may be replayed. */
  boolean holds(int more) {
    return waiting.replayBytes() + more <= MOST_REPLAYED;
  }

  /** How much waits that is not replayed. */
  int liveBytes() {
    return waiting.liveBytes();
  }

  /**
   * @param frames whole frames; taken over
   */
  void replay(ByteBuf frames) {
    waiting.replay(frames);
    standstill.watch();
    next();
  }

  /**
   * @param frames whole frames; taken over
   */
  void add(ByteBuf frames) {
    waiting.add(frames);
    limit();
  }

  /**
   * @param frame whole; not changed
   */
  void add(byte[] frame) {
    waiting.add(frame);
    limit();
  }

  /**
   * Adds an update of a channel that conflates.
   *
   * @return whether an older one, which waited, went for it
   */
  boolean add(String channel, Update update) {
    boolean superseded = waiting.add(channel, update);
    next();
    limit();
    return superseded;
  }

  /** Drops everything: the socket takes nothing more. */
  void drop() {
    standstill.stop();
    waiting.clear();
  }

  private void limit() {
    if (waiting.liveBytes() > mostLive) {
      socket.close(CloseCode.SLOW_CONSUMER);
    }
  }

  private void next() {
    if (writing) {
      return;
    }
    if (waiting.replayBytes() == 0) {
      standstill.stop();
    }
    if (waiting.isEmpty()) {
      done.run();
      return;
    }
    ByteBuf chunk;
    try {
      chunk = waiting.take(socket.allocator());
    } catch (Throwable full) {
      // Nothing would ever ask for the rest again.
      socket.close(CloseCode.INTERNAL);
      throw full;
    }
    writing = true;
    socket.send(chunk, this::written);
  }

  private void written() {
    writing = false;
    standstill.moved();
    next();
  }
}
