package io.mooring.authfilter;

import static io.mooring.authfilter.Requests.handshake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseTest {
  private final Base own = Base.of("");

  @ParameterizedTest
  @CsvSource({
    "https, edge.example.com, wss://edge.example.com",
    "https, localhost:8443,   wss://localhost:8443",
    "http,  127.0.0.1:8080,   ws://127.0.0.1:8080",
    "http,  [::1]:8080,       ws://[::1]:8080",
  })
  void itIsWhatTheClientUsed(String scheme, String host, String base) {
    var request = handshake("/ws").setHost(host).putHeaders("x-forwarded-proto", scheme).build();

    assertEquals(base, own.reachedBy(request));
  }

  @Test
  void aPublicUrlStandsForAll() {
    Base base = Base.of("wss://edge.example.com");

    assertEquals(
        "wss://edge.example.com",
        base.reachedBy(handshake("/ws").putHeaders("x-forwarded-proto", "http").build()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "a,b", "a, b", "user@a", "a/b", "a:b", "a:1:2", "a\r\nb", "a b", "ä", "[::1", "a:",
        "a\"b"
      })
  void aHostThatIsNoneOrTwoIsRefused(String host) {
    Refused.by(
        Refusal.Kind.FORBIDDEN,
        "host",
        () -> own.reachedBy(handshake("/ws").setHost(host).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ws", "HTTPS", "https,http", "javascript"})
  void anUnknownSchemeIsRefused(String scheme) {
    Refused.by(
        Refusal.Kind.FORBIDDEN,
        "host",
        () -> own.reachedBy(handshake("/ws").putHeaders("x-forwarded-proto", scheme).build()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "edge.example.com",
        "https://edge.example.com",
        "wss://edge.example.com/",
        "wss://",
        "wss://a/b"
      })
  void aPublicUrlOfAnotherFormIsRefused(String url) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> Base.of(url));

    assertTrue(String.valueOf(refusal.getMessage()).startsWith("public-url \"" + url + "\""));
  }
}
