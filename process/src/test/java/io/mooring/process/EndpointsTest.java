package io.mooring.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private static final HostPort FREE = new HostPort("127.0.0.1", 0);

  private final AtomicReference<String> missing = new AtomicReference<>("redis");
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void aliveAtOnceButReadyOnlyWhenNothingIsMissing() throws Exception {
    try (Endpoints endpoints = endpoints(FREE).start()) {
      assertEquals(200, get(endpoints, "/healthz").statusCode());
      HttpResponse<String> waiting = get(endpoints, "/readyz");
      assertEquals(503, waiting.statusCode());
      assertEquals("not ready: redis\n", waiting.body());

      missing.set("");

      assertEquals(200, get(endpoints, "/readyz").statusCode());
    }
  }

  @Test
  void metersAreServedAsPrometheusText() throws Exception {
    meters.counter("mooring_handshakes").increment();

    try (Endpoints endpoints = endpoints(FREE).start()) {
      assertTrue(get(endpoints, "/metrics").body().contains("mooring_handshakes_total 1.0"));
    }
  }

  @Test
  void aPortInUseIsSaidWithItsKey() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());

      StartException refused = assertThrows(StartException.class, () -> endpoints(address).start());

      assertTrue(
          String.valueOf(refused.getMessage())
              .matches(
                  "cannot listen on %s \\(http.address\\): .*in use.*; free the port, .*"
                      .formatted(address)),
          refused::getMessage);
    }
  }

  private Endpoints endpoints(HostPort address) {
    return new Endpoints(
        address,
        () -> Optional.of(missing.get()).filter(reason -> !reason.isEmpty()),
        meters,
        routes -> {});
  }

  private static HttpResponse<String> get(Endpoints endpoints, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoints.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
