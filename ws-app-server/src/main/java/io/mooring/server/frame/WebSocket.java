package io.mooring.server.frame;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Timed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upgraded socket: the only handler of its channel. Reads frames, answers pings, sends by its
 * {@link Outbound}, and closes as RFC 6455 section 7 asks: a close frame each way, then the server
 * ends TCP, all within {@value #CLOSE_MILLIS} ms. Belongs to its loop.
 */
public final class WebSocket extends ChannelInboundHandlerAdapter {
  /** How long a peer may take to answer a close frame. */
  static final long CLOSE_MILLIS = 2_000;

  private static final Logger log = LoggerFactory.getLogger(WebSocket.class);

  private static final int NO_CODE = 1005;
  private static final int ABNORMAL = 1006;

  private enum State {
    OPEN,
    /** Our close frame is out; the peer's is awaited. */
    CLOSING,
    /** Nothing is read any more, as the peer has closed or its framing is lost. */
    DISCARDING
  }

  private final Loop loop;
  private final FrameReader reader;
  private final Session session;
  private @Nullable Outbound outbound;
  private @Nullable Timed deadline;
  private State state = State.OPEN;
  private boolean deflated;
  private int code = ABNORMAL;
  private String reason = "no close frame";

  public WebSocket(Loop loop, FrameRules rules, Session session) {
    this.loop = loop;
    this.reader = new FrameReader(rules);
    this.session = session;
  }

  /** The handshake has agreed on compression; called before the first byte is read. */
  public void deflate() {
    deflated = true;
  }

  /** Whether messages to the peer, and from it, may be compressed. */
  public boolean deflated() {
    return deflated;
  }

  /**
   * Sends frames that are ready for the wire; they leave with the next flush of the loop.
   *
   * <p>A peer that does not read closes its socket here or at that flush, with 4101, as soon as the
   * queue passes the high water mark.
   *
   * @param frames one reference is taken over, and released when they are sent or the socket takes
   *     nothing more; they are never changed, so that others may share them
   */
  public void send(ByteBuf frames) {
    assert loop.inside();
    if (state != State.OPEN) {
      frames.release();
    } else {
      outbound().send(frames);
    }
  }

  /**
   * Sends a frame like {@link #send(ByteBuf)}.
   *
   * @param frame whole; never changed from now on, so that others may share it
   */
  public void send(byte[] frame) {
    assert loop.inside();
    if (state == State.OPEN) {
      outbound().send(frame);
    }
  }

  /**
   * Sends frames like {@link #send}, at once, and tells when the peer's side has taken them all in.
   * A peer that does not read holds that up, and nothing else comes of it here.
   *
   * @param frames taken over; released at once if the socket takes nothing more
   * @param written called on the loop; never, if the socket ends before
   */
  public void send(ByteBuf frames, Runnable written) {
    assert loop.inside();
    if (state != State.OPEN) {
      frames.release();
      return;
    }
    outbound()
        .sendLast(frames)
        .addListener(
            done -> {
              if (done.isSuccess()) {
                written.run();
              }
            });
  }

  /** Closes with the code's own reason; without effect if the socket is closing already. */
  public void close(CloseCode why) {
    close(why, why.reason());
  }

  /**
   * Closes the socket: sends the close frame, awaits the peer's, then ends TCP.
   *
   * @param text the reason, at most 123 bytes
   */
  public void close(CloseCode why, String text) {
    assert loop.inside();
    if (state == State.OPEN) {
      end(State.CLOSING, why.number(), text);
      outbound().sendLast(Frames.close(allocator(), why.number(), text));
    }
  }

  /** Sends a close frame and ends TCP at once, for a peer that will not answer. */
  public void abandon(CloseCode why) {
    assert loop.inside();
    if (state == State.OPEN) {
      end(State.CLOSING, why.number(), why.reason());
      outbound().sendLast(Frames.close(allocator(), why.number(), why.reason()));
      channel().close();
    }
  }

  /**
   * Whether much waits that the peer's side does not take in now: more than a sixteenth of what may
   * wait, though it was flushed.
   */
  public boolean congested() {
    assert loop.inside();
    return outbound().congested();
  }

  /** Whether nothing waits: what is sent now goes straight to the operating system. */
  public boolean isIdle() {
    assert loop.inside();
    return outbound().isIdle();
  }

  /** How many bytes wait to be written to the socket. */
  public long queuedBytes() {
    assert loop.inside();
    return outbound().queuedBytes();
  }

  /** The same, without what the peer's side has taken in of the frames at the head of the queue. */
  public long unsentBytes() {
    assert loop.inside();
    return outbound().unsentBytes();
  }

  /** The close code that ended the socket, as in {@link Session#closed}; known once it closes. */
  public int code() {
    assert loop.inside();
    return code;
  }

  /** What the close frame said if it was ours, else who ended the socket; known once it closes. */
  public String reason() {
    assert loop.inside();
    return reason;
  }

  public ByteBufAllocator allocator() {
    return channel().alloc();
  }

  Loop loop() {
    return loop;
  }

  boolean open() {
    return state == State.OPEN;
  }

  boolean discarding() {
    return state == State.DISCARDING;
  }

  void message(int opcode, ByteBuf message) {
    session.heard(false);
    if (state != State.OPEN) {
      return;
    }
    if (opcode == Frames.TEXT) {
      session.text(message);
    } else {
      session.binary(message);
    }
  }

  void fragment() {
    session.heard(false);
  }

  void control(int opcode, ByteBuf payload) {
    session.heard(true);
    switch (opcode) {
      case Frames.PING -> send(Frames.message(allocator(), Frames.PONG, payload));
      case Frames.CLOSE -> peerClosed(payload);
      default -> {}
    }
  }

  private void peerClosed(ByteBuf payload) {
    int number = NO_CODE;
    if (payload.readableBytes() == 1) {
      throw new FrameException(CloseCode.PROTOCOL_ERROR, "close frame of one byte");
    }
    if (payload.isReadable()) {
      number = payload.readUnsignedShort();
      if (!CloseCode.mayBeReceived(number)) {
        throw new FrameException(CloseCode.PROTOCOL_ERROR, "close code " + number);
      }
      int text = Utf8.next(Utf8.COMPLETE, payload, payload.readerIndex(), payload.writerIndex());
      if (text != Utf8.COMPLETE) {
        throw new FrameException(CloseCode.BAD_PAYLOAD, "close reason is not UTF-8");
      }
    }
    if (state == State.CLOSING) {
      state = State.DISCARDING;
      // Ordered behind our own close frame, which may still be queued.
      endOutputAfter(outbound().sendLast(Unpooled.EMPTY_BUFFER));
      return;
    }
    end(State.DISCARDING, number, "closed by the client");
    ByteBuf answer =
        number == NO_CODE ? Frames.close(allocator()) : Frames.close(allocator(), number, "");
    endOutputAfter(outbound().sendLast(answer));
  }

  private void fail(FrameException broken) {
    if (state == State.CLOSING) {
      state = State.DISCARDING;
      endOutputAfter(outbound().sendLast(Unpooled.EMPTY_BUFFER));
      return;
    }
    CloseCode why = broken.code();
    String text = why.reason() + ";d=" + broken.getMessage();
    end(State.DISCARDING, why.number(), text);
    endOutputAfter(outbound().sendLast(Frames.close(allocator(), why.number(), text)));
  }

  private void end(State next, int number, String text) {
    state = next;
    code = number;
    reason = text;
    Timed hangUp = new HangUp();
    deadline = hangUp;
    loop.schedule(hangUp, CLOSE_MILLIS);
    session.closing();
  }

  /**
   * FIN goes out once the close frame has, while input is read on and dropped until the peer's FIN:
   * closing at once could answer unread input with a reset, which takes the close frame with it.
   */
  private void endOutputAfter(ChannelFuture written) {
    DuplexChannel channel = (DuplexChannel) channel();
    written.addListener(done -> channel.shutdownOutput());
  }

  private final class HangUp extends Timed {
    @Override
    protected void due() {
      channel().close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    outbound = new Outbound(this, added.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object bytes) {
    ByteBuf in = (ByteBuf) bytes;
    try {
      reader.read(in, this);
    } catch (FrameException broken) {
      fail(broken);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    reader.release();
    outbound().release();
    if (deadline != null) {
      loop.cancel(deadline);
    }
    if (state == State.OPEN) {
      state = State.DISCARDING;
      session.closing();
    }
    session.closed(code);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("event=socket_broken remote={} reason={}", from.channel(), cause.getMessage());
      from.close();
      return;
    }
    log.error("event=socket_failed remote={}", from.channel().remoteAddress(), cause);
    close(CloseCode.INTERNAL);
  }

  private Channel channel() {
    return outbound().channel();
  }

  Outbound outbound() {
    if (outbound == null) {
      throw new IllegalStateException("the socket has not been upgraded yet");
    }
    return outbound;
  }
}
