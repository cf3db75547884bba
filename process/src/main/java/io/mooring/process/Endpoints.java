package io.mooring.process;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A process's own HTTP port: {@code /healthz} (alive; asks nobody), {@code /readyz} (503 with the
 * reason until ready), {@code /metrics} (Prometheus text), and what the process adds.
 */
public final class Endpoints implements AutoCloseable {
  /**
   * Helidon looks through every jar for services, none of which is used here; it took an eighth of
   * a process's start.
   */
  static {
    GlobalServiceRegistry.registry(
        ServiceRegistryManager.create(
                ServiceRegistryConfig.builder()
                    .discoverServices(false)
                    .discoverServicesFromServiceLoader(false)
                    .build())
            .registry());
  }

  private static final String TEXT = "text/plain; charset=utf-8";

  private final HostPort address;
  private final WebServer server;

  /**
   * @param meters a {@link PrometheusMeterRegistry}, or {@code /metrics} is not served
   * @param routes adds the process's own routes
   */
  public Endpoints(
      HostPort address,
      Readiness readiness,
      MeterRegistry meters,
      Consumer<HttpRouting.Builder> routes) {
    this.address = address;
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .get("/healthz", (request, response) -> text(response, Status.OK_200, "ok"))
            .get("/readyz", (request, response) -> ready(readiness, response));
    if (meters instanceof PrometheusMeterRegistry prometheus) {
      routing.get(
          "/metrics",
          (request, response) -> {
            response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
            response.send(prometheus.scrape());
          });
    }
    routes.accept(routing);
    this.server =
        WebServer.builder()
            .host(address.host())
            .port(address.port())
            .shutdownHook(false)
            .addRouting(routing)
            .build();
  }

  /**
   * Takes the port; returns when requests are answered.
   *
   * @throws StartException when the port cannot be taken
   */
  public Endpoints start() {
    server.start();
    if (!server.isRunning()) {
      throw StartException.cannotListen("http.address", address, reasonNotToListen());
    }
    return this;
  }

  /** The port in force, once started; another than configured when that was 0. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }

  /** Helidon only logs why it did not start; the same attempt once more gives the reason. */
  private Exception reasonNotToListen() {
    try (ServerSocket again = new ServerSocket()) {
      again.bind(address.socketAddress());
      return new IOException("the web server did not start");
    } catch (IOException reason) {
      return reason;
    }
  }

  private static void ready(Readiness readiness, ServerResponse response) {
    Optional<String> reason = readiness.notReadyBecause();
    if (reason.isEmpty()) {
      text(response, Status.OK_200, "ready");
    } else {
      text(response, Status.SERVICE_UNAVAILABLE_503, "not ready: " + reason.get());
    }
  }

  private static void text(ServerResponse response, Status status, String body) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, TEXT).send(body + "\n");
  }
}
