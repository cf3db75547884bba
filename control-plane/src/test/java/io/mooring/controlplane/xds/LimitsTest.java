package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the edge stops taking more. */
class LimitsTest {
  private static final int MAX_CONNECTIONS = 40;

  private static final AuthService auth = AuthService.start();
  private static final Backend backend = Backend.start("app-1");
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    auth.answering(request -> allow("c", backend.address()));
    EdgeConfig roomy = Edge.config(auth.address());
    edge =
        Edge.start(
            folder,
            new EdgeConfig(
                roomy.defaultService(),
                roomy.domains(),
                roomy.authFilters(),
                roomy.certificate(),
                roomy.privateKey(),
                roomy.ticketKeys(),
                roomy.origins(),
                Duration.ofMillis(300),
                10,
                roomy.demo()),
            MAX_CONNECTIONS);
    edge.show(Edge.server(backend));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    backend.close();
  }

  @Test
  void aSocketThatIsSilentForFourPingsIsClosedAndABusyOneIsNot() {
    try (Answer silent = Handshake.to(edge.port()).send();
        Answer busy = Handshake.to(edge.port()).send()) {
      AtomicBoolean silentEnded = new AtomicBoolean();
      Thread waiting = Thread.ofVirtual().start(() -> silentEnded.set(silent.ends()));

      while (waiting.isAlive()) {
        assertTrue(busy.alive());
      }

      assertTrue(silentEnded.get());
      assertTrue(busy.alive());
    }
  }

  @Test
  void aHeadThatIsNotWholeAfterFiveSecondsEndsTheConnection() throws Exception {
    try (Socket slow = new Socket("127.0.0.1", edge.port())) {
      slow.setSoTimeout(8_000);
      slow.getOutputStream().write(Wire.bytes("GET /ws HTTP/1.1\r\nHost: edge.test\r\n"));

      String answer = Wire.head(slow.getInputStream());

      assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
    }
  }

  @Test
  void moreHandshakesThanAllowedGet503AndAreToldToRetry() {
    Answer refused =
        Stream.generate(() -> Handshake.to(edge.port()).send())
            .peek(Answer::close)
            .limit(200)
            .filter(answer -> answer.status() != 101)
            .findFirst()
            .orElseThrow();

    assertEquals(503, refused.status());
    assertEquals("1", refused.header("retry-after").orElse(""));
  }

  @Test
  void moreSocketsThanAllowedAreClosedAtOnce() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < MAX_CONNECTIONS; i++) {
      sockets.add(new Socket("127.0.0.1", edge.port()));
    }

    try (Socket tooMany = new Socket("127.0.0.1", edge.port())) {
      tooMany.setSoTimeout(10_000);

      assertEquals(-1, tooMany.getInputStream().read());
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
