package io.mooring.controlplane.xds;

import io.mooring.process.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How the edge treats its clients; the part {@code edge} of the control plane's configuration.
 *
 * @param defaultService the service whose servers take new connections and the API's requests
 * @param domains hosts that are answered, without port; {@code *} for all
 * @param authFilters the ext_authz gRPC addresses of the auth-filters, at least one
 * @param certificate PEM chain of the edge; empty: no TLS listener
 * @param privateKey PEM key of the certificate
 * @param ticketKeys TLS session ticket keys, 80 random bytes each, the first one encrypts; the same
 *     file for all control planes; empty: one that is derived from the private key
 * @param origins web origins whose pages may call the API, exact
 * @param ping the app servers' ping interval; an upgraded socket that is silent for four of them is
 *     closed
 * @param handshakesPerSecond what one Envoy lets through to the auth-filters, with a burst of twice
 *     as many; more get 503
 * @param demo where the demo page of a development tier is served, on loopback; empty: none is
 */
public record EdgeConfig(
    String defaultService,
    List<String> domains,
    List<HostPort> authFilters,
    Path certificate,
    Path privateKey,
    Path ticketKeys,
    List<String> origins,
    Duration ping,
    int handshakesPerSecond,
    List<HostPort> demo) {

  private static final int MOST_HANDSHAKES = 1_000_000;

  /** Literal, and nobody else's: whoever asks the demo page gets a token. */
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1");

  public EdgeConfig {
    domains = List.copyOf(domains);
    authFilters = List.copyOf(authFilters);
    origins = List.copyOf(origins);
    demo = List.copyOf(demo);
    if (domains.isEmpty()) {
      throw new IllegalArgumentException(
          "domains is empty; expected the edge's host names, or \"*\" for all");
    }
    if (authFilters.isEmpty()) {
      throw new IllegalArgumentException(
          "auth-filters is empty; expected at least one host:port, for example 127.0.0.1:7120");
    }
    if (given(certificate) != given(privateKey)) {
      throw new IllegalArgumentException(
          "certificate and private-key belong together; expected both, or neither for no TLS");
    }
    if (ping.isNegative() || ping.isZero()) {
      throw new IllegalArgumentException("ping is " + ping + "; expected more than 0");
    }
    if (handshakesPerSecond < 1 || handshakesPerSecond > MOST_HANDSHAKES) {
      throw new IllegalArgumentException(
          "handshakes-per-second is " + handshakesPerSecond + "; expected 1 to " + MOST_HANDSHAKES);
    }
    if (demo.size() > 1 || demo.stream().anyMatch(place -> !LOOPBACK.contains(place.host()))) {
      throw new IllegalArgumentException(
          "demo is "
              + demo
              + "; expected none, or one address on loopback, for example 127.0.0.1:7060, since"
              + " its page gives tokens to whoever asks");
    }
  }

  boolean tls() {
    return given(certificate);
  }

  boolean sharedTickets() {
    return given(ticketKeys);
  }

  private static boolean given(Path path) {
    return !path.toString().isEmpty();
  }
}
