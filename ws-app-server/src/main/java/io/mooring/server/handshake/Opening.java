package io.mooring.server.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Timed;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection from accept to 101: collects one request head, lets {@link Admission} decide, and
 * gives way to the WebSocket, or refuses and closes. Belongs to its loop.
 */
final class Opening extends ChannelInboundHandlerAdapter {
  /** Room for the longest identity header and whatever else an edge adds. */
  static final int MAX_HEAD = 32 * 1024;

  static final int MAX_LINE = 17 * 1024;

  private static final Logger log = LoggerFactory.getLogger(Opening.class);
  private static final long LINGER_MILLIS = 1_000;

  private final Loop loop;
  private final long headMillis;
  private final Admission admission;
  private final boolean deflate;
  private final Consumer<String> outcomes;
  private @Nullable ByteBuf head;
  private @Nullable Timed deadline;
  private int lineStart;
  private boolean refused;

  /**
   * @param headMillis how long the request head may take
   * @param deflate whether compression is agreed to
   * @param outcomes counts handshakes: {@code accepted}, or the code of the refusal
   */
  Opening(
      Loop loop, long headMillis, Admission admission, boolean deflate, Consumer<String> outcomes) {
    this.loop = loop;
    this.headMillis = headMillis;
    this.admission = admission;
    this.deflate = deflate;
    this.outcomes = outcomes;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    expire(
        headMillis,
        () ->
            refuse(
                context,
                Refusal.of(408, "timeout", "no whole request head within " + headMillis + " ms")));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    ByteBuf in = (ByteBuf) bytes;
    try {
      if (!refused && collect(context, in)) {
        upgrade(context, in);
      }
    } catch (RefusedException refusal) {
      refuse(context, refusal.refusal());
    } finally {
      in.release();
    }
  }

  /** Moves bytes from {@code in} to the head; true when the empty line has come. */
  private boolean collect(ChannelHandlerContext context, ByteBuf in) {
    if (head == null) {
      head = context.alloc().heapBuffer(1024);
    }
    int previous = head.isReadable() ? head.getByte(head.writerIndex() - 1) : 0;
    while (in.isReadable()) {
      byte b = in.readByte();
      if ((b == '\n') != (previous == '\r')) {
        throw Refusal.badRequest("a line does not end with CRLF").exception();
      }
      head.writeByte(b);
      int size = head.writerIndex();
      if (size > MAX_HEAD || size - lineStart > MAX_LINE) {
        throw Refusal.of(431, "head_too_large", "the request head is too large").exception();
      }
      if (b == '\n') {
        if (size - lineStart == 2) {
          return true;
        }
        lineStart = size;
      }
      previous = b;
    }
    return false;
  }

  private void upgrade(ChannelHandlerContext context, ByteBuf rest) {
    ByteBuf whole = head == null ? rest : head;
    String text = whole.toString(0, whole.writerIndex() - 2, ISO_8859_1);
    UpgradeRequest request = UpgradeRequest.of(RequestHead.parse(text));
    Optional<String> extensions = deflate ? Extensions.agree(request.head()) : Optional.empty();
    Admission.Admitted admitted = admission.admit(request, loop);
    ByteBuf response;
    try {
      if (extensions.isPresent()) {
        admitted.socket().deflate();
      }
      response = response(context, request, admitted, extensions);
      context.pipeline().replace(this, null, admitted.socket());
    } catch (Throwable broken) {
      admitted.abandoned().run();
      throw broken;
    }
    outcomes.accept("accepted");
    ChannelFuture written = context.channel().writeAndFlush(response);
    written.addListener(
        done -> {
          if (done.isSuccess() && context.channel().isActive()) {
            admitted.entered().run();
          }
        });
    if (rest.isReadable()) {
      context.pipeline().fireChannelRead(rest.retainedSlice());
    }
  }

  private static ByteBuf response(
      ChannelHandlerContext context,
      UpgradeRequest request,
      Admission.Admitted admitted,
      Optional<String> extensions) {
    String subprotocol =
        admitted.subprotocol().isEmpty()
            ? ""
            : "Sec-WebSocket-Protocol: " + admitted.subprotocol() + "\r\n";
    byte[] head =
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + request.accept()
                + "\r\n"
                + subprotocol
                + extensions
                    .map(agreed -> "Sec-WebSocket-Extensions: " + agreed + "\r\n")
                    .orElse("")
                + "\r\n")
            .getBytes(ISO_8859_1);
    return context
        .alloc()
        .directBuffer(head.length + admitted.greeting().length)
        .writeBytes(head)
        .writeBytes(admitted.greeting());
  }

  /** The answer goes out before FIN, and what else the peer sends is read and dropped. */
  private void refuse(ChannelHandlerContext context, Refusal refusal) {
    if (refused) {
      return;
    }
    refused = true;
    outcomes.accept(refusal.code());
    log.debug(
        "event=refused remote={} code={} detail=\"{}\"",
        context.channel().remoteAddress(),
        refusal.code(),
        refusal.detail());
    expire(LINGER_MILLIS, context::close);
    DuplexChannel channel = (DuplexChannel) context.channel();
    byte[] response = refusal.response();
    context
        .writeAndFlush(context.alloc().directBuffer(response.length).writeBytes(response))
        .addListener(done -> channel.shutdownOutput());
  }

  private void expire(long millis, Runnable then) {
    Timed next =
        new Timed() {
          @Override
          protected void due() {
            then.run();
          }
        };
    if (deadline != null) {
      loop.cancel(deadline);
    }
    deadline = next;
    loop.schedule(next, millis);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (deadline != null) {
      loop.cancel(deadline);
    }
    if (head != null) {
      head.release();
      head = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    log.debug("event=handshake_broken remote={}", context.channel().remoteAddress(), cause);
    context.close();
  }
}
