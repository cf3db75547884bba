package io.mooring.controlplane.connections;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server's HTTP port that answers {@code /api/v1/connections} as a test wants it. */
public final class Holder implements AutoCloseable {
  /** Writes a whole answer. */
  @FunctionalInterface
  public interface Answer {
    void write(HttpExchange exchange) throws IOException, InterruptedException;
  }

  public final List<String> queries = new CopyOnWriteArrayList<>();
  public final List<String> identities = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private Holder(Answer answer) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          queries.add(exchange.getRequestURI().toString());
          identities.add(
              String.valueOf(exchange.getRequestHeaders().getFirst("x-mooring-identity")));
          try {
            answer.write(exchange);
          } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  public static Holder answering(Answer answer) {
    try {
      return new Holder(answer);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Answers this to whoever was signed for by an administrator of the service. */
  public static Holder of(IdentityVerifier verifier, String json) {
    return answering(
        exchange -> {
          String header = exchange.getRequestHeaders().getFirst("x-mooring-identity");
          boolean holds =
              verifier.verify(header) instanceof IdentityCheck.Valid valid
                  && valid.identity().role().equals("admin")
                  && valid.identity().path().equals(exchange.getRequestURI().getPath());
          send(exchange, holds ? 200 : 403, json);
        });
  }

  public static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** One live connection, as a server writes it. */
  public static String row(String conn, String user) {
    return """
    {"conn":"%s","user":"%s","tenant":null,"role":"client","envoy":"edge-1","age_ms":5,"channels":2,\
    "queued_bytes":0,"exp":1900000000}"""
        .formatted(conn, user);
  }

  /** A whole answer. */
  public static String page(int total, String... rows) {
    return "{\"total\":" + total + ",\"connections\":[" + String.join(",", rows) + "]}";
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
