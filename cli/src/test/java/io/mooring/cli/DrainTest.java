package io.mooring.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers are a control plane's own. */
class DrainTest {
  private static final String WITHDRAWN = "the request for the drain of app-1 is withdrawn";

  private final HttpServer server = create();
  private final Deque<String> phases = new ArrayDeque<>();

  @BeforeEach
  void listen() {
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CANCELLED | 0 | app-1 takes new clients again",
        "DRAINED   | 1 | app-1 drained in",
        "LOST      | 1 | ✘ app-1 was lost",
      })
  void aCancelSaysHowTheDrainEnded(String phase, int code, String text) {
    phases.add(phase);

    Printed printed = cancel();

    assertEquals(code, printed.code());
    assertTrue(printed.out().startsWith(text), printed::out);
  }

  @ParameterizedTest
  @CsvSource({"CANCELLED, 0", "DRAINED, 1", "LOST, 1"})
  void aCancelThatTakesTimeIsWatchedUntilTheDrainEnds(String phase, int code) {
    phases.addAll(List.of("MOVING", "MOVING", phase));

    Printed printed = cancel();

    assertEquals(code, printed.code());
    assertTrue(printed.out().startsWith(WITHDRAWN), printed::out);
    assertEquals(2, printed.out().lines().count(), printed::out);
  }

  @Test
  void aProgramReadsEachAnswerToACancel() {
    phases.addAll(List.of("MOVING", "CANCELLED"));

    Printed printed = cancel("-o", "json");

    assertEquals(0, printed.code());
    assertEquals(progress("MOVING") + "\n" + progress("CANCELLED"), printed.out());
  }

  private Printed cancel(String... more) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "drain",
                "--cancel",
                "app-1",
                "--admin",
                "http://127.0.0.1:" + server.getAddress().getPort()));
    line.addAll(List.of(more));
    return Printed.by(line.toArray(String[]::new));
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] bytes = progress(phases.remove()).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String progress(String phase) {
    return "{\"server\":\"app-1\",\"phase\":\"%s\",\"total\":9,\"gone\":3}".formatted(phase);
  }

  private static HttpServer create() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }
}
