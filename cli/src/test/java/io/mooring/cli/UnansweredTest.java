package io.mooring.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was asked in vain is no answer. */
class UnansweredTest {
  private static final byte[] ANSWER =
      """
      {"placements":[],"connections":[],"total":0,
       "unanswered":[{"server":"app-2","reason":"no answer within 1 s"}]}
      """
          .getBytes(StandardCharsets.UTF_8);

  @ParameterizedTest
  @ValueSource(strings = {"explain u1", "explain u1 -o json", "connections", "connections -o id"})
  void aServerThatDidNotSayIsNamedAndTheAnswerIsNotWhole(String line) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, ANSWER.length);
          exchange.getResponseBody().write(ANSWER);
          exchange.close();
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();

      Printed printed = Printed.by((line + " --admin " + address).split(" "));

      assertEquals(1, printed.code());
      assertEquals("‼ app-2 did not answer: no answer within 1 s", printed.err());
      assertTrue(!printed.out().contains("has no connection now"), printed::out);
    } finally {
      server.stop(0);
    }
  }
}
