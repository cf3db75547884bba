package io.mooring.server.conformance;

import io.mooring.process.HostPort;
import io.mooring.server.frame.FrameRules;
import io.mooring.server.frame.Frames;
import io.mooring.server.frame.Session;
import io.mooring.server.frame.WebSocket;
import io.mooring.server.handshake.Admission;
import io.mooring.server.handshake.Port;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Echoes messages over the server's own handshake and frames, for conformance suites. */
public final class EchoServer implements AutoCloseable {
  private static final int QUEUE_BYTES = 64 * 1024 * 1024;

  private final Loops loops = new Loops(2);
  private final Port port;

  /**
   * @param deflate whether it agrees to compression, and then compresses what it echoes
   */
  public EchoServer(int port, FrameRules rules, boolean deflate) {
    Admission everybody =
        (request, loop) -> {
          Echo echo = new Echo(loop);
          WebSocket socket = new WebSocket(loop, rules, echo);
          echo.socket = socket;
          return new Admission.Admitted(socket, "", new byte[0], () -> {}, () -> {});
        };
    this.port =
        new Port(
            new HostPort("127.0.0.1", port),
            loops,
            Duration.ofSeconds(5),
            QUEUE_BYTES,
            everybody,
            deflate,
            outcome -> {});
  }

  /** Rules under which a suite's largest messages pass. */
  public static FrameRules roomy() {
    int most = 16 * 1024 * 1024;
    return new FrameRules(most, most, Integer.MAX_VALUE, true, true);
  }

  public EchoServer start() {
    loops.start();
    port.start();
    return this;
  }

  public int port() {
    return port.port();
  }

  @Override
  public void close() {
    port.close();
    loops.close();
  }

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws InterruptedException {
    EchoServer server = new EchoServer(Integer.parseInt(arguments[0]), roomy(), true).start();
    System.out.println("echo on " + server.port());
    Thread.currentThread().join();
  }

  private static final class Echo implements Session {
    private final Loop loop;
    private @Nullable WebSocket socket;

    Echo(Loop loop) {
      this.loop = loop;
    }

    @Override
    public void heard(boolean control) {}

    @Override
    public void text(ByteBuf message) {
      echo(Frames.TEXT, message);
    }

    @Override
    public void binary(ByteBuf message) {
      echo(Frames.BINARY, message);
    }

    private void echo(int opcode, ByteBuf message) {
      if (socket != null) {
        ByteBuf frame = Frames.message(socket.allocator(), opcode, message);
        socket.send(socket.deflated() ? deflated(frame) : frame);
      }
    }

    private ByteBuf deflated(ByteBuf frame) {
      byte[] plain = ByteBufUtil.getBytes(frame);
      frame.release();
      return Unpooled.wrappedBuffer(Frames.deflated(plain, loop.flate()));
    }

    @Override
    public void closing() {}

    @Override
    public void closed(int code) {}
  }
}
