package io.mooring.server.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.HostPort;
import io.mooring.server.conformance.EchoServer;
import io.mooring.server.frame.Session;
import io.mooring.server.frame.WebSocket;
import io.mooring.server.loop.Loops;
import io.mooring.server.wire.Peer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningTest {
  private static final EchoServer SERVER = new EchoServer(0, EchoServer.roomy(), false);
  private static final String GOOD = Peer.handshake("/ws");

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void end() {
    SERVER.close();
  }

  /** Each row replaces one piece of a good handshake; {@code ~} stands for CRLF. */
  @ParameterizedTest(name = "{1} instead of {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET |POST |405",
        "GET |get |405",
        "GET |CONNECT |405",
        "GET |G(T |400",
        "GET /ws|` GET /ws`|400",
        "GET /ws|GET  /ws|400",
        "GET /ws|GET /ws a|400",
        "GET /ws|GET http://localhost/ws|400",
        "GET /ws|GET *|400",
        "GET /ws|GET /w\u0000s|400",
        "GET /ws|GET /w\u00e9s|400",
        "HTTP/1.1|HTTP/1.0|400",
        "HTTP/1.1|HTTP/2.0|400",
        "HTTP/1.1|http/1.1|400",
        "Host: localhost~|``|400",
        "Host: localhost~|Host: a~Host: b~|400",
        "Host: localhost|Host : localhost|400",
        "Host: localhost|: localhost|400",
        "Host: localhost|Host|400",
        "Host: localhost|Host: local\u0001host|400",
        "Host: localhost~|Host: localhost~ folded: yes~|400",
        "Host: localhost~|`Host: localhost\n`|400",
        "Host: localhost~|`Host: localhost\r`|400",
        "Upgrade: websocket|Upgrade: h2c|426",
        "Upgrade: websocket~|``|426",
        "Connection: Upgrade|Connection: keep-alive|426",
        "Version: 13|Version: 8|426",
        "Version: 13|Version: 013|426",
        "Version: 13~|Version: 13~Sec-WebSocket-Version: 13~|400",
        "dGhlIHNhbXBsZSBub25jZQ==|dGhlIHNhbXBsZSBub25jZQ|400",
        "dGhlIHNhbXBsZSBub25jZQ==|AAAA|400",
        "dGhlIHNhbXBsZSBub25jZQ==|not base64 at all!!|400",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==~|``|400",
        "Host: localhost~|Host: localhost~Content-Length: 5~|400",
        "Host: localhost~|Host: localhost~Transfer-Encoding: chunked~|400",
        "Host: localhost~|Host: localhost~Content-Length: 0~Content-Length: 0~|400",
        "Host: localhost~|Host: localhost~Sec-WebSocket-Protocol: a,,b~|400",
      })
  void refusesWhatIsNoHandshakeAndCloses(String piece, String instead, int status)
      throws IOException {
    String from = piece.replace("~", "\r\n");
    assertTrue(GOOD.contains(from), piece);
    try (Peer peer = Peer.connect(SERVER.port())) {
      peer.send(GOOD.replace(from, instead.replace("~", "\r\n")));

      String response = peer.response();

      assertTrue(response.startsWith("HTTP/1.1 " + status + " "), response);
      assertTrue(response.contains("Connection: close\r\n"), response);
      assertTrue(response.contains("\"status\":" + status), response);
      assertTrue(peer.ended());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\n",
        "\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n"
      })
  void answersNothingButWebSocket(String garbage) throws IOException {
    try (Peer peer = Peer.connect(SERVER.port())) {
      peer.send(garbage);

      String response = peer.response();

      assertTrue(response.startsWith("HTTP/1.1 4"), response);
      assertTrue(peer.ended());
    }
  }

  @Test
  void refusesHeadsThatAreTooLarge() throws IOException {
    for (String much : new String[] {"X: " + "x".repeat(20_000), "X: y\r\n".repeat(8_000)}) {
      try (Peer peer = Peer.connect(SERVER.port())) {
        peer.send(GOOD.replace("Host:", much.strip() + "\r\nHost:"));

        assertTrue(peer.response().startsWith("HTTP/1.1 431 "));
      }
    }
  }

  @Test
  void answersNoSecondRequestAfterARefusal() throws IOException {
    try (Peer peer = Peer.connect(SERVER.port())) {
      peer.send(GOOD.replace("Version: 13", "Version: 12") + GOOD);

      String response = peer.response();

      assertTrue(response.contains("Sec-WebSocket-Version: 13\r\n"), response);
      assertFalse(response.contains("101"), response);
      assertTrue(peer.ended());
    }
  }

  @Test
  void proofsTheKeyAndAcceptsHeadersInAnyCaseAndOrderByteByByte() throws IOException {
    String odd =
        "GET /any?query=1 HTTP/1.1\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "UPGRADE:  WebSocket \r\nconnection: keep-alive, upgrade\r\nHOST: x\r\n"
            + "Sec-WebSocket-Version:13\r\nContent-Length: 0\r\n\r\n";
    try (Peer peer = Peer.connect(SERVER.port())) {
      for (char c : odd.toCharArray()) {
        peer.send(String.valueOf(c));
      }

      String response = peer.response();

      assertTrue(
          response.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), response);
      peer.text("hello");
      assertEquals("hello", peer.read().text());
    }
  }

  @Test
  void readsFramesThatCameWithTheHandshake() throws IOException {
    try (Peer peer = Peer.connect(SERVER.port())) {
      String early = new String(Peer.frame(0x81, new byte[] {'h', 'i'}), "ISO-8859-1");
      peer.send(GOOD + early);

      peer.response();

      assertEquals("hi", peer.read().text());
    }
  }

  @Test
  void givesThePlaceBackOfWhomItCouldNotLetInAfterAll() throws Exception {
    Loops loops = new Loops(1);
    AtomicInteger abandoned = new AtomicInteger();
    Map<String, WebSocket> only = new ConcurrentHashMap<>();
    // A socket that has a place in one pipeline cannot get one in another.
    Admission twice =
        (request, loop) -> {
          WebSocket socket =
              only.computeIfAbsent("", any -> new WebSocket(loop, EchoServer.roomy(), new Deaf()));
          return new Admission.Admitted(
              socket, "", new byte[0], () -> {}, abandoned::incrementAndGet);
        };
    try (Port port =
        new Port(
            new HostPort("127.0.0.1", 0),
            loops,
            Duration.ofSeconds(5),
            1 << 20,
            twice,
            false,
            outcome -> {})) {
      loops.start();
      port.start();
      try (Peer first = Peer.connect(port.port());
          Peer second = Peer.connect(port.port())) {
        first.send(GOOD);
        assertTrue(first.response().startsWith("HTTP/1.1 101 "));
        assertEquals(0, abandoned.get());

        second.send(GOOD);

        assertTrue(second.ended());
        assertEquals(1, abandoned.get());
      }
    } finally {
      loops.close();
    }
  }

  private static final class Deaf implements Session {
    @Override
    public void heard(boolean control) {}

    @Override
    public void text(ByteBuf message) {}

    @Override
    public void binary(ByteBuf message) {}

    @Override
    public void closing() {}

    @Override
    public void closed(int code) {}
  }
}
