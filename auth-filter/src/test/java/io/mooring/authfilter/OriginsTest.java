package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
  private final Origins origins =
      Origins.of(List.of("https://edge.com", "http://localhost:7070", "http://[::1]:7070"));

  @Test
  void aListedOriginPassesAndSoDoesTheAbsenceOfOne() {
    origins.check("https://edge.com");
    origins.check("http://localhost:7070");
    origins.check("http://[::1]:7070");
    origins.check(null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "https://evil.com",
        "https://edge.evil.com",
        "https://edge.com.evil.com",
        "https://evil.com/https://edge.com",
        "https://edge.com@evil.com",
        "https://user@edge.com",
        "https://edge.com:443",
        "https://edge.com:8443",
        "http://edge.com",
        "https://edge.com/",
        "https://EDGE.com",
        "https://edge.com.",
        " https://edge.com",
        "https://edge.com,https://evil.com",
        "https://edge.com, https://edge.com",
        "*",
        "file://"
      })
  void everyOtherOriginIsRefused(String origin) {
    Refused.by(Refusal.Kind.FORBIDDEN, "origin", () -> origins.check(origin));
  }

  @Test
  void nullPassesOnlyWhenListed() {
    Origins.of(List.of("null")).check("null");
  }

  @Test
  void withoutAListNoPageGetsIn() {
    Refused.by(
        Refusal.Kind.FORBIDDEN, "origin", () -> Origins.of(List.of()).check("https://edge.com"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://*",
        "https://*.edge.com",
        "https://edge.com/",
        "https://Edge.com",
        "edge.com",
        ""
      })
  void anEntryThatNoBrowserSendsIsRefused(String entry) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> Origins.of(List.of(entry)));

    assertTrue(String.valueOf(refusal.getMessage()).startsWith("origins: \"" + entry + "\""));
  }
}
