package io.mooring.controlplane.xds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules of docs/edge.md that a client cannot see from outside: that Envoy holds them, by its
 * own word ({@code /config_dump}).
 */
class TakenInTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend backend = Backend.start("app-1");
  private static final List<JsonNode> listeners = new ArrayList<>();
  private static final List<JsonNode> clusters = new ArrayList<>();
  private static JsonNode bootstrap;
  private static JsonNode tls;
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    X509Bundle self =
        new CertificateBuilder()
            .subject("CN=edge")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    EdgeConfig plain = Edge.config(auth.address());
    edge =
        Edge.start(
            folder,
            new EdgeConfig(
                plain.defaultService(),
                plain.domains(),
                plain.authFilters(),
                Files.writeString(folder.resolve("edge.pem"), self.getCertificatePathPEM()),
                Files.writeString(folder.resolve("edge.key"), self.getPrivateKeyPEM()),
                Path.of(""),
                plain.origins(),
                plain.ping(),
                plain.handshakesPerSecond(),
                plain.demo()));
    edge.show(Edge.server(backend));
    JsonNode dump = new ObjectMapper().readTree(edge.envoy().admin("/config_dump"));
    bootstrap = dump.findValue("bootstrap");
    dump.findValue("dynamic_listeners")
        .forEach(listener -> listeners.add(listener.at("/active_state/listener")));
    dump.findValue("dynamic_active_clusters")
        .forEach(cluster -> clusters.add(cluster.path("cluster")));
    tls =
        listeners.stream()
            .map(listener -> listener.at("/filter_chains/0/transport_socket/typed_config"))
            .filter(socket -> !socket.isMissingNode())
            .findFirst()
            .orElseThrow();
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    backend.close();
  }

  private static JsonNode http(JsonNode listener) {
    return listener.at("/filter_chains/0/filters/0/typed_config");
  }

  private static JsonNode filter(JsonNode listener, String name) {
    for (JsonNode filter : http(listener).path("http_filters")) {
      if (filter.path("name").asText().equals(name)) {
        return filter.path("typed_config");
      }
    }
    throw new AssertionError(name + " is not among the filters");
  }

  @Test
  void bothPortsAndAllClustersAreThere() {
    assertEquals(
        List.of("ws", "wss"),
        listeners.stream().map(listener -> listener.path("name").asText()).sorted().toList());
    assertEquals(
        List.of("mooring-api", "mooring-auth", "mooring-ws"),
        clusters.stream().map(cluster -> cluster.path("name").asText()).sorted().toList());
  }

  @Test
  void noTimeLimitOfEnvoyEndsASocketThatIsAlive() {
    for (JsonNode listener : listeners) {
      assertFalse(
          http(listener).at("/common_http_protocol_options").has("max_connection_duration"));
      assertEquals("0s", http(listener).path("stream_idle_timeout").asText());
    }
  }

  @Test
  void clustersHoldMoreThanAMillionAndCutNoSocketWhenTheirHostsChange() {
    for (JsonNode cluster : clusters) {
      JsonNode limits = cluster.at("/circuit_breakers/thresholds/0");
      for (String limit : List.of("max_connections", "max_pending_requests", "max_requests")) {
        assertEquals(1_000_000, limits.path(limit).asInt(), cluster::toString);
      }
      assertEquals("0s", cluster.at("/common_lb_config/update_merge_window").asText());
      assertFalse(
          cluster
              .path("common_lb_config")
              .path("close_connections_on_host_set_change")
              .asBoolean());
      assertFalse(cluster.path("close_connections_on_host_health_failure").asBoolean());
    }
  }

  @Test
  void theServersClustersKeepTheirConnectionsAliveAndNeverPanic() {
    for (JsonNode cluster : clusters) {
      if (!cluster.path("type").asText().equals("EDS")) {
        continue;
      }
      assertEquals(0, cluster.at("/common_lb_config/healthy_panic_threshold/value").asInt());
      assertTrue(cluster.path("ignore_health_on_host_removal").asBoolean());
      assertEquals(
          60, cluster.at("/upstream_connection_options/tcp_keepalive/keepalive_time").asInt());
      assertEquals(
          "0s", cluster.at("/eds_cluster_config/eds_config/initial_fetch_timeout").asText());
      JsonNode retries = cluster.at("/circuit_breakers/thresholds/0/retry_budget");
      assertEquals(100, retries.at("/budget_percent/value").asInt());
      assertEquals(2_000, retries.path("min_retry_concurrency").asInt());
    }
  }

  @Test
  void nowhereIsMoreBufferedThanThirtyTwoKilobytes() {
    for (JsonNode listener : listeners) {
      assertEquals(32 * 1024, listener.path("per_connection_buffer_limit_bytes").asInt());
    }
    for (JsonNode cluster : clusters) {
      if (cluster.path("type").asText().equals("EDS")) {
        assertEquals(32 * 1024, cluster.path("per_connection_buffer_limit_bytes").asInt());
      }
    }
  }

  @Test
  void aStormOfConnectionsLeavesTheWorkersTime() {
    for (JsonNode listener : listeners) {
      assertEquals(16, listener.path("max_connections_to_accept_per_socket_event").asInt());
    }
    assertEquals(
        5_000,
        bootstrap
            .at("/overload_manager/resource_monitors/0/typed_config")
            .path("max_active_downstream_connections")
            .asInt());
  }

  @Test
  void theFilterIsAskedOfWhatTheServersWillSeeAndFailsClosed() {
    for (JsonNode listener : listeners) {
      List<String> order = new ArrayList<>();
      http(listener).path("http_filters").forEach(each -> order.add(each.path("name").asText()));
      assertEquals(
          List.of(
              "envoy.filters.http.header_mutation",
              Listeners.CORS,
              Listeners.RATE_LIMIT,
              Listeners.EXT_AUTHZ,
              "envoy.filters.http.router"),
          order);
      JsonNode authorization = filter(listener, Listeners.EXT_AUTHZ);
      assertFalse(authorization.path("failure_mode_allow").asBoolean());
      assertFalse(authorization.path("clear_route_cache").asBoolean());
      assertEquals("ServiceUnavailable", authorization.at("/status_on_error/code").asText());
    }
  }

  @Test
  void tlsIsModernAndItsSecretsRotate() {
    JsonNode common = tls.path("common_tls_context");
    assertEquals("TLSv1_2", common.at("/tls_params/tls_minimum_protocol_version").asText());
    assertEquals("TLSv1_3", common.at("/tls_params/tls_maximum_protocol_version").asText());
    common
        .at("/tls_params/cipher_suites")
        .forEach(suite -> assertTrue(suite.asText().contains("ECDHE"), suite::asText));
    assertEquals("[\"http/1.1\"]", common.path("alpn_protocols").toString());
    assertEquals(
        Secrets.CERTIFICATE, common.at("/tls_certificate_sds_secret_configs/0/name").asText());
    assertEquals(
        Secrets.TICKET_KEYS, tls.at("/session_ticket_keys_sds_secret_config/name").asText());
  }

  @Test
  void allReplicasOfTheControlPlaneAreKnownAndAFrozenOneIsLeft() {
    JsonNode cluster = bootstrap.at("/static_resources/clusters/0");
    assertEquals("mooring-control-plane", cluster.path("name").asText());
    assertTrue(cluster.path("close_connections_on_host_health_failure").asBoolean());
    assertTrue(cluster.at("/health_checks/0").has("grpc_health_check"));
    assertEquals("1s", cluster.findValue("connection_keepalive").path("interval").asText());
  }
}
