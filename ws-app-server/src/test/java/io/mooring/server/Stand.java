package io.mooring.server;

import io.mooring.process.Configuration;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Registrar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A server on free ports with a registry and an edge that sign for it. */
final class Stand implements AutoCloseable {
  private final Registrar registrar;
  private final Edge edge;
  private final WsAppServer server;

  /** A server alone, registered. */
  Stand(Path folder, String... flags) throws IOException {
    this(Registrar.start(), new Edge(folder), flags);
    awaitRegistered();
  }

  Stand(Registrar registrar, Edge edge, String... flags) {
    this.registrar = registrar;
    this.edge = edge;
    List<String> arguments = new ArrayList<>();
    arguments.add("--broker=memory");
    arguments.add("--handshake-deadline=10s");
    arguments.add("--websocket.address=127.0.0.1:0");
    arguments.add("--http.address=127.0.0.1:0");
    arguments.add("--registry.addresses=" + registrar.address());
    arguments.add("--registry.token=secret");
    arguments.add("--keys=" + edge.keyFile());
    arguments.add("--token.jwks=" + edge.jwks());
    arguments.addAll(List.of(flags));
    server = new WsAppServer(Configuration.read(ServerConfig.class, arguments, Map.of())).start();
  }

  void awaitRegistered() {
    Awaitility.await().until(() -> !registrar.reports.isEmpty());
  }

  WsAppServer server() {
    return server;
  }

  Registrar registrar() {
    return registrar;
  }

  Edge edge() {
    return edge;
  }

  int port() {
    return server.websocketPort();
  }

  /** What {@code /readyz} answers. */
  String ready() {
    return get("/readyz");
  }

  /** What {@code /metrics} answers. */
  String metrics() {
    return get("/metrics");
  }

  private String get(String path) {
    URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + path);
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** A client of a user that has its {@code hello}. */
  Client client(String user) {
    try {
      return Client.open(port(), "/ws", edge.header(user));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    server.close();
    registrar.close();
  }
}
