package io.mooring.authfilter;

import io.mooring.process.ConfigurationOf;
import io.mooring.process.HostPort;
import io.mooring.registry.Grammar;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

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
    if (!Grammar.SERVICE.matches(defaultService)) {
      throw new IllegalArgumentException(
          "default-service \""
              + defaultService
              + "\" does not fit "
              + Grammar.SERVICE.expression());
    }
  }

  record Registry(URI url) {}

  record Listener(HostPort address) {}

  record Token(String issuer, String audience, Path jwks) {}
}
