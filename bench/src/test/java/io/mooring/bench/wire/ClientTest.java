package io.mooring.bench.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client makes of the bytes of a server. */
class ClientTest {
  private static final String UPGRADED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";

  private final Crowd crowd = new Crowd("test");
  private final Lane lane = crowd.lane(0);

  @AfterEach
  void end() {
    crowd.close();
  }

  private Client client(Dialect dialect, String channel, long had) {
    return new Client(
        lane,
        new Entrance(
            new InetSocketAddress("127.0.0.1", 1),
            dialect,
            () -> new Credential("", "me"),
            channel,
            Optional.empty(),
            had,
            false));
  }

  private static byte[] frame(String text) {
    byte[] payload = text.getBytes(UTF_8);
    ByteBuf frame = Unpooled.buffer().writeByte(0x81);
    if (payload.length < 126) {
      frame.writeByte(payload.length);
    } else {
      frame.writeByte(126).writeShort(payload.length);
    }
    return ByteBufUtil.getBytes(frame.writeBytes(payload));
  }

  private static void receive(EmbeddedChannel channel, byte[]... parts) {
    channel.writeInbound(Unpooled.wrappedBuffer(parts));
  }

  private static String msg(long number) {
    return "{\"op\":\"msg\",\"ch\":\"demo.x\",\"off\":%d,\"tag\":\"t\",\"data\":%s,\"from\":\"u\"}"
        .formatted(number, Letter.of(5, number));
  }

  /** The texts of the frames that the client has sent, without its handshake. */
  private static List<String> sent(EmbeddedChannel channel) {
    List<String> texts = new ArrayList<>();
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      if (bytes.getByte(0) != 'G') {
        int header = (bytes.getByte(1) & 127) == 126 ? 8 : 6;
        texts.add(bytes.toString(header, bytes.readableBytes() - header, UTF_8));
      }
      bytes.release();
    }
    return texts;
  }

  @Test
  void itSubscribesOnceItIsUpgraded() {
    Client client = client(new MooringDialect(), "demo.x", -1);
    EmbeddedChannel channel = new EmbeddedChannel(client);

    receive(channel, UPGRADED.getBytes(UTF_8), frame("{\"op\":\"hello\"}"));
    assertEquals(List.of("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.x\"}"), sent(channel));
    assertFalse(client.ready().isDone());

    receive(
        channel,
        frame(
            "{\"op\":\"subbed\",\"id\":1,\"pos\":{\"epoch\":\"e\",\"off\":7,\"tag\":99},"
                + "\"recovered\":true}"));
    assertTrue(client.ready().isDone());
    assertEquals(new Position("e", 7, "99"), client.position());
    assertTrue(client.recovered());
  }

  @Test
  void itResumesFromAPositionAsItWasTold() {
    assertEquals(
        "{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.x\","
            + "\"pos\":{\"epoch\":\"e\",\"off\":7,\"tag\":99}}",
        new MooringDialect().subscribe("demo.x", Optional.of(new Position("e", 7, "99")), false));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 130, 1_000})
  void framesMayComeInAnyPieces(int size) {
    Client client = client(new MooringDialect(), "demo.x", -1);
    EmbeddedChannel channel = new EmbeddedChannel(client);
    ByteBuf all =
        Unpooled.wrappedBuffer(
            UPGRADED.getBytes(UTF_8),
            frame("{\"op\":\"subbed\",\"id\":1,\"pos\":{}}"),
            frame(msg(1)),
            frame("[" + msg(2) + "," + msg(3) + "]"),
            frame("{\"op\":\"ping\"}"),
            frame(msg(4)));

    while (all.isReadable()) {
      channel.writeInbound(all.readRetainedSlice(Math.min(size, all.readableBytes())));
    }

    Received received = lane.tally.received();
    assertEquals(4, received.delivered());
    assertEquals(0, received.missing());
    assertEquals(0, received.doubled());
    assertEquals(4, client.last());
    assertEquals("{\"op\":\"pong\"}", sent(channel).getLast());
  }

  @Test
  void whatIsMissingOrDoubledIsCounted() {
    EmbeddedChannel channel = new EmbeddedChannel(client(new MooringDialect(), "demo.x", 3));
    receive(channel, UPGRADED.getBytes(UTF_8), frame("{\"op\":\"subbed\",\"id\":1,\"pos\":{}}"));

    receive(channel, frame(msg(4)), frame(msg(7)), frame(msg(7)), frame(msg(8)));

    Received received = lane.tally.received();
    assertEquals(3, received.delivered());
    assertEquals(2, received.missing());
    assertEquals(1, received.doubled());
  }

  @Test
  void centrifugesLinesAreMessagesEach() {
    Client client = client(new CentrifugeDialect(), "demo.x", 0);
    EmbeddedChannel channel = new EmbeddedChannel(client);
    String recovered =
        "{\"id\":2,\"subscribe\":{\"recoverable\":true,\"epoch\":\"e\",\"offset\":2,"
            + "\"recovered\":true,\"publications\":[{\"data\":%s,\"offset\":1},{\"data\":%s}]}}";
    String push = "{\"push\":{\"channel\":\"demo.x\",\"pub\":{\"data\":%s,\"offset\":3}}}";

    receive(
        channel,
        UPGRADED.getBytes(UTF_8),
        frame(
            "{\"id\":1,\"connect\":{\"ping\":25,\"subs\":{}}}\n"
                + recovered.formatted(Letter.of(1, 1), Letter.of(1, 2))),
        frame(push.formatted(Letter.of(1, 3)) + "\n{}\n" + push.formatted(Letter.of(1, 4))));

    assertTrue(client.recovered());
    assertEquals(new Position("e", 2, ""), client.position());
    assertEquals(4, lane.tally.received().delivered());
    assertEquals(
        List.of(
            "{\"id\":1,\"connect\":{\"token\":\"me\"}}\n"
                + "{\"id\":2,\"subscribe\":{\"channel\":\"demo.x\"}}",
            "{}"),
        sent(channel));
  }

  @Test
  void aRefusalNamesItsReason() {
    Client client = client(new CentrifugeDialect(), "demo.x", -1);
    EmbeddedChannel channel = new EmbeddedChannel(client);
    receive(channel, UPGRADED.getBytes(UTF_8));

    receive(channel, frame("{\"id\":1,\"error\":{\"code\":101,\"message\":\"unauthorized\"}}"));

    CompletionException refused =
        assertThrows(CompletionException.class, () -> client.ready().join());
    assertTrue(String.valueOf(refused.getMessage()).contains("unauthorized"));
  }

  @Test
  void aPublisherThatIsRefusedComplains() {
    EmbeddedChannel channel = new EmbeddedChannel(client(new MooringDialect(), "", -1));
    receive(channel, UPGRADED.getBytes(UTF_8), frame("{\"op\":\"hello\"}"));
    receive(channel, frame("{\"op\":\"pubbed\",\"id\":1}"));
    crowd.expectContent();

    receive(channel, frame("{\"op\":\"error\",\"id\":2,\"code\":\"unavailable\"}"));

    assertThrows(IllegalStateException.class, crowd::expectContent);
  }
}
