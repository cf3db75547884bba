package io.mooring.authfilter;

import io.mooring.process.ConfigurationOf;
import io.mooring.process.HostPort;
import io.mooring.registry.ServiceNames;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The configuration of an auth-filter; {@code deploy/config/auth-filter.yaml} describes each key.
 */
@ConfigurationOf("auth-filter")
record AuthFilterConfig(
    String name,
    Registry redis,
    Listener grpc,
    Listener http,
    String defaultService,
    Map<String, String> hosts,
    String publicUrl,
    List<String> origins,
    Token token,
    Path keys) {

  /**
   * @throws IllegalArgumentException naming the key, the value and what was expected
   */
  AuthFilterConfig {
    Origins.of(origins);
    Base.of(publicUrl);
    ServiceNames.of(defaultService, hosts);
  }

  record Registry(URI url) {}

  record Listener(HostPort address) {}

  record Token(String issuer, String audience, Path jwks) {}
}
