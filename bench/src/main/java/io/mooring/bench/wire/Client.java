package io.mooring.bench.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One WebSocket of a {@link Crowd}; lives on its lane's loop. */
final class Client extends ChannelInboundHandlerAdapter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final byte[] ERROR = "\"error\"".getBytes(UTF_8);

  private final Lane lane;
  private final Entrance entrance;
  private final CompletableFuture<Client> ready = new CompletableFuture<>();

  private boolean upgraded;
  private boolean over;

  /** What has come of a frame that is not complete. */
  private byte @Nullable [] left;

  /** Written once by the loop; publishers' threads read it. */
  private volatile @Nullable ChannelHandlerContext context;

  private String greeting = "";
  private long last;
  private Optional<Position> position = Optional.empty();
  private boolean recovered;

  Client(Lane lane, Entrance entrance) {
    this.lane = lane;
    this.entrance = entrance;
    this.last = entrance.had();
  }

  /** Completes when it is subscribed, or has its first message if it only publishes. */
  CompletableFuture<Client> ready() {
    return ready;
  }

  Lane lane() {
    return lane;
  }

  /** Where its subscription began. */
  Position position() {
    return position.orElseThrow(() -> new IllegalStateException("the client is not subscribed"));
  }

  /** Whether its subscription was a resume without a gap. */
  boolean recovered() {
    return recovered;
  }

  /** The number of the last publication that came; negative if none. */
  long last() {
    return last;
  }

  @Override
  public void channelActive(ChannelHandlerContext channel) {
    context = channel;
    String host = entrance.address().getHostString() + ":" + entrance.address().getPort();
    Credential credential = entrance.credential().get();
    String request = entrance.dialect().handshake(host, credential);
    channel.writeAndFlush(Unpooled.wrappedBuffer(request.getBytes(UTF_8)), channel.voidPromise());
    greeting = greeting(credential);
  }

  private String greeting(Credential credential) {
    String first = entrance.dialect().greeting(credential);
    String second =
        entrance.channel().isEmpty()
            ? ""
            : entrance.dialect().subscribe(entrance.channel(), entrance.from(), entrance.watches());
    return first + (first.isEmpty() || second.isEmpty() ? "" : "\n") + second;
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      byte @Nullable [] before = left;
      int kept = before == null ? 0 : before.length;
      int length = kept + bytes.readableBytes();
      byte[] text = lane.room(length);
      if (before != null) {
        System.arraycopy(before, 0, text, 0, kept);
      }
      bytes.readBytes(text, kept, length - kept);
      int read = upgraded ? 0 : upgrade(text, length);
      if (upgraded) {
        read = frames(text, read, length);
      }
      left = read == length || over ? null : Arrays.copyOfRange(text, read, length);
    } finally {
      bytes.release();
    }
  }

  /** Returns where the frames begin; 0 if the answer is not complete. */
  private int upgrade(byte[] text, int length) {
    String head = new String(text, 0, length, UTF_8);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return 0;
    }
    if (!head.startsWith("HTTP/1.1 101")) {
      fail("the handshake was refused: " + head.strip());
      return length;
    }
    upgraded = true;
    if (!greeting.isEmpty()) {
      send(greeting);
    }
    greeting = "";
    return end + 4;
  }

  /** Returns where the first frame begins that is not complete. */
  private int frames(byte[] text, int from, int length) {
    int at = from;
    while (length - at >= 2 && !over) {
      int size = text[at + 1] & 127;
      int start = at + 2;
      if (size == 126) {
        if (length - at < 4) {
          break;
        }
        size = unsignedShort(text, at + 2);
        start = at + 4;
      } else if (size == 127) {
        if (length - at < 10) {
          break;
        }
        size =
            // Of the eight bytes, the last four; no server here sends more.
            (unsignedShort(text, at + 6) << 16) | unsignedShort(text, at + 8);
        start = at + 10;
      }
      if (length - start < size) {
        break;
      }
      frame(text[at] & 15, text, start, start + size);
      at = start + size;
    }
    return at;
  }

  private static int unsignedShort(byte[] text, int at) {
    return ((text[at] & 255) << 8) | (text[at + 1] & 255);
  }

  private void frame(int opcode, byte[] text, int start, int end) {
    switch (opcode) {
      case TEXT -> {
        if (!ready.isDone()) {
          await(text, start, end);
        }
        letters(text, start, end);
      }
      case PING -> write(Frame.masked(PONG, Arrays.copyOfRange(text, start, end)));
      case CLOSE -> fail("closed: " + closing(text, start, end));
      default -> {}
    }
  }

  private static String closing(byte[] text, int start, int end) {
    return end - start < 2
        ? "without a code"
        : unsignedShort(text, start) + " " + new String(text, start + 2, end - start - 2, UTF_8);
  }

  /** Looks for the answer to the subscription. */
  private void await(byte[] text, int start, int end) {
    try (MappingIterator<JsonNode> messages =
        JSON.readerFor(JsonNode.class).readValues(text, start, end - start)) {
      while (messages.hasNextValue()) {
        JsonNode message = messages.nextValue();
        if (message.isArray()) {
          message.forEach(this::await);
        } else {
          await(message);
        }
      }
    } catch (JsonProcessingException unreadable) {
      fail("no JSON: " + new String(text, start, end - start, UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private void await(JsonNode message) {
    switch (entrance.dialect().answer(message)) {
      case Dialect.Answer.Subscribed subscribed -> {
        position = Optional.of(subscribed.position());
        recovered = subscribed.recovered();
        ready.complete(this);
      }
      case Dialect.Answer.Refused refused -> fail(refused.message());
      case Dialect.Answer.Other other -> {
        if (entrance.channel().isEmpty()) {
          ready.complete(this);
        }
      }
    }
  }

  /** Finds publications and pings by their bytes, as parsing would cost more than the server. */
  private void letters(byte[] text, int start, int end) {
    int at = start;
    int hint = start + lane.hint;
    int needed = Letter.nameLength() + Letter.LENGTH_FROM_TIME;
    if (hint + needed <= end && Letter.namesTime(text, hint)) {
      at = hint;
    }
    boolean first = true;
    while (at < end) {
      if (end - at >= needed && Letter.namesTime(text, at)) {
        if (first) {
          lane.hint = at - start;
          first = false;
        }
        delivered(text, at + Letter.nameLength());
        at += needed;
      } else {
        if (entrance.dialect().pings(text, at, start, end)) {
          send(entrance.dialect().pong());
        } else if (entrance.channel().isEmpty() && errs(text, at, end)) {
          lane.complaint(new String(text, start, end - start, UTF_8));
        }
        at++;
      }
    }
  }

  private static boolean errs(byte[] text, int at, int end) {
    return text[at] == ERROR[0]
        && end - at >= ERROR.length
        && Arrays.equals(text, at, at + ERROR.length, ERROR, 0, ERROR.length);
  }

  private void delivered(byte[] text, int digits) {
    long number = Letter.number(text, digits);
    if (last >= 0 && number <= last) {
      lane.tally.doubled();
      return;
    }
    if (last >= 0 && number > last + 1) {
      lane.tally.missing(number - last - 1);
    }
    last = number;
    lane.tally.delivered(lane.now() - Letter.due(text, digits));
  }

  void send(String message) {
    write(Frame.masked(TEXT, message.getBytes(UTF_8)));
  }

  private void write(ByteBuf frame) {
    ChannelHandlerContext channel = context;
    if (channel == null) {
      frame.release();
      return;
    }
    channel.writeAndFlush(frame, channel.voidPromise());
  }

  /** Hands a frame over, from any thread; {@link #flush} sends it. */
  void enqueue(ByteBuf frame) {
    ChannelHandlerContext channel = context;
    if (channel == null) {
      frame.release();
      throw new IllegalStateException("the client is not open");
    }
    channel.channel().write(frame, channel.channel().voidPromise());
  }

  void flush() {
    ChannelHandlerContext channel = context;
    if (channel != null) {
      channel.channel().flush();
    }
  }

  /** Ends it without a word, as a client does that loses its network. */
  void leave() {
    over = true;
    ChannelHandlerContext channel = context;
    if (channel != null) {
      channel.close();
    }
  }

  private void fail(String reason) {
    if (over) {
      return;
    }
    leave();
    if (!ready.completeExceptionally(new IllegalStateException(reason))) {
      lane.complaint(reason);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext channel) {
    lane.turnOver();
  }

  @Override
  public void channelInactive(ChannelHandlerContext channel) {
    fail("the connection was cut");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
    fail(cause.toString());
  }
}
