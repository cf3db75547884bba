package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.Configuration;
import io.mooring.process.ConfigurationException;
import io.mooring.process.HostPort;
import io.mooring.token.TokenIssuer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthFilterConfigTest {
  @Test
  void theDefaultsSuitDevelopment() {
    AuthFilterConfig config = read();

    assertEquals(new HostPort("127.0.0.1", 7120), config.grpc().address());
    assertEquals("app", config.defaultService());
    assertEquals(TokenIssuer.ISSUER, config.token().issuer());
    assertEquals(TokenIssuer.AUDIENCE, config.token().audience());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--origins=https://app.example/        | origins: \"https://app.example/\" is no origin",
        "--public-url=https://edge.example.com | public-url \"https://edge.example.com\" is not of the form wss://host[:port]",
        "--default-service=My_App              | default-service \"My_App\" does not fit [a-z0-9-]{1,63}",
        "--hosts.chat=Chat                     | hosts.chat \"Chat\" does not fit [a-z0-9-]{1,63}",
        "--hosts.Chat=chat                     | hosts: \"Chat\" is no host; expected a name in lower case",
        "--orgins=x                            | did you mean origins?",
      })
  void anUnusableValueIsNamedWithItsKey(String flag, String message) {
    var refusal = assertThrows(ConfigurationException.class, () -> read(flag));

    assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.getMessage());
  }

  private static AuthFilterConfig read(String... flags) {
    return Configuration.read(AuthFilterConfig.class, List.of(flags), Map.of());
  }
}
