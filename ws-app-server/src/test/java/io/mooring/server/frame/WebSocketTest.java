package io.mooring.server.frame;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.Memory;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a socket sends, on a real connection: which bytes arrive, and what becomes of buffers. */
class WebSocketTest {
  private static final int SECONDS = 20;
  private static final int QUEUE_BYTES = 1 << 20;
  private static final FrameRules RULES = new FrameRules(1_000, 1_000, 10, true, true);
  private static final byte[] CLOSE_NORMALLY = {(byte) 0x88, 2, 3, (byte) 0xe8};

  private final Loops loops = new Loops(1);
  private final Memory memory = new Memory();
  private final BlockingQueue<Server> accepted = new ArrayBlockingQueue<>(1);
  private final Socket client = new Socket();

  /** The server's end of the connection. */
  private static final class Server implements Session {
    final Channel channel;
    final Loop loop;
    final WebSocket socket;
    final CompletableFuture<Integer> closed = new CompletableFuture<>();

    Server(Channel channel, Loop loop) {
      this.channel = channel;
      this.loop = loop;
      socket = new WebSocket(loop, RULES, this);
    }

    @Override
    public void heard(boolean control) {}

    @Override
    public void text(ByteBuf message) {}

    @Override
    public void binary(ByteBuf message) {}

    @Override
    public void closing() {}

    @Override
    public void closed(int code) {
      closed.complete(code);
    }
  }

  @BeforeEach
  void connect() throws Exception {
    loops.start();
    Channel port =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .childOption(ChannelOption.ALLOCATOR, memory)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(QUEUE_BYTES / 2, QUEUE_BYTES))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Server server = new Server(channel, loops.at(0));
                    channel.pipeline().addLast(server.socket);
                    accepted.add(server);
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    client.setReceiveBufferSize(64 * 1024);
    client.setSoTimeout(SECONDS * 1_000);
    client.connect(port.localAddress());
  }

  @AfterEach
  void end() throws IOException {
    client.close();
    loops.close();
  }

  @Test
  void sendsWhatIsSentInOneTurnInItsOrder() throws Exception {
    Server server = server();

    onLoop(
        () -> {
          for (int i = 0; i < 10; i++) {
            server.socket.send(buffer("frame " + i + ";"));
          }
        });

    assertEquals("frame 0;frame 1;frame 2;", read("frame 0;frame 1;frame 2;".length()));
    assertEquals("frame 9;", read(7 * "frame 3;".length()).substring(6 * "frame 3;".length()));
  }

  @Test
  void sendsOneAfterTheOtherWhereThereIsOneATurn() throws Exception {
    Server server = server();

    for (int i = 0; i < 1_000; i++) {
      String frame = "frame " + i + ";";
      onLoop(() -> server.socket.send(buffer(frame)));
      assertEquals(frame, read(frame.length()));
    }
  }

  @Test
  void sendsFramesAndBuffersOfOneTurnInTheirOrder() throws Exception {
    Server server = server();

    onLoop(
        () -> {
          server.socket.send(bytes("1,"));
          server.socket.send(buffer("2,"));
          server.socket.send(bytes("3;"));
        });
    onLoop(
        () -> {
          server.socket.send(buffer("4,"));
          server.socket.send(bytes("5;"));
        });

    assertEquals("1,2,3;4,5;", read(10));
  }

  @Test
  void sendsOneFrameAfterTheOtherWhereThereIsOneATurn() throws Exception {
    Server server = server();

    for (int i = 0; i < 1_000; i++) {
      String frame = "frame " + i + ";";
      onLoop(() -> server.socket.send(bytes(frame)));
      assertEquals(frame, read(frame.length()));
    }
  }

  @Test
  void sendsAFrameThatIsLargerThanTheLoopsBuffer() throws Exception {
    Server server = server();
    String large = "x".repeat(onLoop(() -> server.loop.outgoing().capacity()) + 1);

    onLoop(() -> server.socket.send(bytes(large)));

    assertEquals(large, read(large.length()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goesOnInTheMiddleOfAFrameWhenThereIsRoomAgain(boolean buffers) throws Exception {
    Server server = server();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long queued = 0;

    while (queued < QUEUE_BYTES / 2) {
      byte[] frame = new byte[buffers ? 40_000 : 7_919];
      Arrays.fill(frame, (byte) all.size());
      all.write(frame);
      queued =
          onLoop(
              () -> {
                if (buffers) {
                  server.socket.send(Unpooled.directBuffer().writeBytes(frame));
                } else {
                  server.socket.send(frame);
                }
                server.socket.outbound().flush();
                return server.socket.queuedBytes();
              });
    }

    byte[] read = client.getInputStream().readNBytes(all.size());
    assertArrayEquals(all.toByteArray(), read);
    onLoop(() -> server.socket.send(buffer("again")));
    assertEquals("again", read(5));
  }

  @Test
  void closesBehindWhatWasSentInTheSameTurn() throws Exception {
    Server server = server();

    onLoop(
        () -> {
          server.socket.send(bytes("last"));
          server.socket.close(CloseCode.NORMAL, "");
          server.socket.send(bytes("too late"));
        });

    assertEquals("last", read(4));
    assertArrayEquals(CLOSE_NORMALLY, client.getInputStream().readNBytes(CLOSE_NORMALLY.length));
  }

  @Test
  void tellsWhenItWasTakenInBehindWhatWasSentInTheSameTurn() throws Exception {
    Server server = server();
    CompletableFuture<Void> written = new CompletableFuture<>();

    onLoop(
        () -> {
          server.socket.send(buffer("first,"));
          server.socket.send(buffer("then"), () -> written.complete(null));
        });

    written.get(SECONDS, TimeUnit.SECONDS);
    assertEquals("first,then", read(10));
  }

  @Test
  void leavesSharedFramesAsTheyAreAndGivesItsReferencesBack() throws Exception {
    Server server = server();
    ByteBuf shared = buffer("shared;");

    onLoop(() -> server.socket.send(shared.retain()));
    onLoop(
        () -> {
          server.socket.send(shared.retain());
          server.socket.send(shared.slice(3, 4).retain());
        });

    assertEquals("shared;shared;red;", read(18));
    assertEquals(1, onLoop(() -> shared.refCnt()));
    assertEquals("shared;", shared.toString(US_ASCII));
  }

  @Test
  void sendsTheRestOfASharedPieceThatWasTakenInPart() throws Exception {
    Server server = server();
    ByteBuf shared =
        Unpooled.directBuffer().writeZero(3).writeBytes("x".repeat(4 << 20).getBytes(US_ASCII));
    ByteBuf piece = shared.slice(3, 4 << 20);

    onLoop(() -> server.socket.send(Unpooled.unreleasableBuffer(piece)));

    assertEquals("x".repeat(4 << 20), read(4 << 20));
    assertEquals(4 << 20, piece.readableBytes());
  }

  @Test
  void keepsTheOrderWhenItIsAskedWhetherItIsCongested() throws Exception {
    Server server = server();
    ByteBuf large = buffer("a".repeat(QUEUE_BYTES / 8));

    onLoop(
        () -> {
          server.socket.send(large);
          server.socket.congested();
          server.socket.send(buffer("b"));
        });

    assertEquals("a".repeat(QUEUE_BYTES / 8) + "b", read(QUEUE_BYTES / 8 + 1));
  }

  @Test
  void releasesWhatIsReadyWhenTheChannelIsClosedInTheSameTurn() throws Exception {
    Server server = server();
    ByteBuf shared = buffer("shared;");

    onLoop(
        () -> {
          server.socket.send(shared.retain());
          server.channel.close();
        });

    server.closed.get(SECONDS, TimeUnit.SECONDS);
    assertEquals(1, onLoop(() -> shared.refCnt()));
  }

  @Test
  void closesAsSlowWhoDoesNotTakeTheOneFrameThatIsMoreThanMayWait() throws Exception {
    Server server = server();

    onLoop(() -> server.socket.send(Unpooled.directBuffer().writeZero(32 << 20)));

    assertEquals(CloseCode.SLOW_CONSUMER.number(), server.closed.get(SECONDS, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsWithoutMemoryForWhatItMustQueue(boolean buffers) throws Exception {
    Server server = server();
    ByteBuf shared = buffer("shared;");

    Runnable sends =
        () -> {
          server.socket.send(bytes("ready;"));
          memory.full = true;
          if (buffers) {
            server.socket.send(shared.retain());
          } else {
            server.socket.send(bytes("next;"));
          }
        };
    assertThrows(ExecutionException.class, () -> onLoop(sends));

    assertEquals(1006, server.closed.get(SECONDS, TimeUnit.SECONDS));
    assertEquals(1, onLoop(() -> shared.refCnt()));
  }

  @Test
  void isIdleWhileNothingWaits() throws Exception {
    Server server = server();

    assertTrue(onLoop(() -> server.socket.isIdle()));
    assertFalse(
        onLoop(
            () -> {
              server.socket.send(bytes("ready;"));
              return server.socket.isIdle();
            }));
    assertEquals("ready;", read(6));
    assertTrue(onLoop(() -> server.socket.isIdle()));
    assertFalse(
        onLoop(
            () -> {
              while (server.socket.queuedBytes() == 0) {
                server.socket.send(Unpooled.directBuffer().writeZero(40_000));
                server.socket.outbound().flush();
              }
              return server.socket.isIdle();
            }));
  }

  @Test
  void countsWhatIsReadyAsQueued() throws Exception {
    Server server = server();

    long queued =
        onLoop(
            () -> {
              server.socket.send(bytes("ready"));
              return server.socket.queuedBytes();
            });

    assertEquals(5, queued);
  }

  @Test
  void givesReferencesBackThoughThePeerHasGone() throws Exception {
    Server server = server();
    ByteBuf shared = buffer("shared;");

    client.setSoLinger(true, 0);
    client.close();
    while (!server.closed.isDone()) {
      onLoop(() -> server.socket.send(shared.retain()));
    }

    onLoop(() -> server.socket.send(shared.retain()));
    assertEquals(1, onLoop(() -> shared.refCnt()));
    assertEquals(1006, server.closed.get(SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void closesWhoDoesNotReadAsSlow() throws Exception {
    Server server = server();
    ByteBuf frame = Unpooled.directBuffer().writeZero(100_000);

    while (onLoop(() -> server.socket.code()) == 1006) {
      onLoop(() -> server.socket.send(frame.retain()));
    }

    assertEquals(CloseCode.SLOW_CONSUMER.number(), onLoop(() -> server.socket.code()));
  }

  private Server server() throws InterruptedException {
    Server server = accepted.poll(SECONDS, TimeUnit.SECONDS);
    if (server == null) {
      throw new AssertionError("nobody was accepted");
    }
    return server;
  }

  private void onLoop(Runnable task) throws Exception {
    onLoop(
        () -> {
          task.run();
          return 0;
        });
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return loops.at(0).executor().submit(task).get(SECONDS, TimeUnit.SECONDS);
  }

  private String read(int length) throws IOException {
    return new String(client.getInputStream().readNBytes(length), US_ASCII);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static ByteBuf buffer(String text) {
    return Unpooled.directBuffer().writeBytes(bytes(text));
  }
}
