package io.mooring.server.frame;

import io.mooring.server.choice.Choices;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Whatever a client sends, in whatever pieces it arrives: the socket reads what a plain decoder
 * reads from the whole, ends with the same code, holds no more memory than its rules allow, and
 * leaves none behind.
 *
 * <p>An input is a byte of switches, a byte that decides the pieces, and what the client sends.
 */
public final class FrameFuzz {
  static final int FRAME = 300;
  private static final int MESSAGE = 500;
  private static final int FRAGMENTS = 4;

  /** A message that grows by doubling, and a control frame. */
  private static final int MOST_HELD = 2 * Integer.highestOneBit(MESSAGE) * 2 + 256;

  private static final Loop LOOP = loop();

  private FrameFuzz() {}

  /** An input that a client might send. */
  public static byte[] make(Choices choices) {
    return FrameMaker.make(choices);
  }

  public static void read(byte[] input) throws Exception {
    if (input.length < 2) {
      return;
    }
    LOOP.executor().submit(() -> check(input)).get();
  }

  private static void check(byte[] input) {
    FrameRules rules =
        new FrameRules(FRAME, MESSAGE, FRAGMENTS, (input[0] & 1) == 0, (input[0] & 2) == 0);
    byte[] sent = Arrays.copyOfRange(input, 2, input.length);
    PlainDecoder plain = new PlainDecoder(rules);
    plain.decode(sent);
    Reading reading = new Reading(rules);
    Random pieces = new Random(input[1]);
    for (int at = 0; at < sent.length; ) {
      int end = Math.min(sent.length, at + 1 + pieces.nextInt(1 << pieces.nextInt(10)));
      reading.arrive(sent, at, end);
      at = end;
    }
    reading.end();
    if (!reading.events.equals(plain.events())) {
      throw new AssertionError("read " + reading.events + ", expected " + plain.events());
    }
    if (reading.code != plain.code()) {
      throw new AssertionError("ended with " + reading.code + ", expected " + plain.code());
    }
  }

  /** It keeps no time, so that nothing runs on it but what an input makes run. */
  private static Loop loop() {
    return new Loops(1).at(0);
  }

  /** A socket whose peer's bytes come from memory. */
  private static final class Reading implements Session {
    final List<String> events = new ArrayList<>();
    final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true, true);
    final WebSocket socket;
    final Duplex channel;
    int code;

    Reading(FrameRules rules) {
      socket = new WebSocket(LOOP, rules, this);
      channel = new Duplex();
      channel.config().setAllocator(memory);
      channel.pipeline().addLast(socket);
    }

    void arrive(byte[] bytes, int from, int to) {
      channel.writeInbound(
          channel.alloc().directBuffer(to - from).writeBytes(bytes, from, to - from));
      channel.checkException();
      answers();
      long held = memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory();
      if (held > MOST_HELD) {
        throw new AssertionError("holds " + held + " bytes, allowed are " + MOST_HELD);
      }
    }

    void end() {
      channel.finish();
      channel.checkException();
      answers();
      long left = memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory();
      if (left != 0) {
        throw new AssertionError(left + " bytes were not released");
      }
    }

    /** Pongs are heard in their order among the messages, as they are written at once. */
    private void answers() {
      channel.flush();
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        out.release();
      }
    }

    @Override
    public void heard(boolean control) {}

    @Override
    public void text(ByteBuf message) {
      events.add("text " + ByteBufUtil.hexDump(message));
    }

    @Override
    public void binary(ByteBuf message) {
      events.add("binary " + ByteBufUtil.hexDump(message));
    }

    @Override
    public void closing() {
      events.add("closing");
    }

    @Override
    public void closed(int ended) {
      code = ended;
    }
  }

  private static final class Duplex extends EmbeddedChannel implements DuplexChannel {
    private boolean outputShut;

    @Override
    public boolean isInputShutdown() {
      return false;
    }

    @Override
    public ChannelFuture shutdownInput() {
      return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
      return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
      return outputShut;
    }

    @Override
    public ChannelFuture shutdownOutput() {
      outputShut = true;
      return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
      outputShut = true;
      return promise.setSuccess();
    }

    @Override
    public boolean isShutdown() {
      return outputShut;
    }

    @Override
    public ChannelFuture shutdown() {
      return shutdownOutput();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
      return shutdownOutput(promise);
    }
  }
}
