package io.mooring.controlplane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.JwksFile;
import io.mooring.token.TokenIssuer;
import io.mooring.token.TokenVerifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-06-01T12:00:00Z"));

  @TempDir Path folder;
  private TokenIssuer issuer;
  private Gate guarded;

  @BeforeEach
  void makeKeys() {
    Path jwks = folder.resolve("jwks.json");
    issuer = TokenIssuer.create(folder.resolve("issuer.jwk"), jwks, NOON);
    guarded =
        Gate.guardedBy(
            new TokenVerifier(new JwksFile(jwks), TokenIssuer.ISSUER, TokenIssuer.AUDIENCE, NOON));
  }

  @ParameterizedTest(name = "{0} for {1}: {2}")
  @CsvSource({
    "client, VIEW, role",
    "publisher, VIEW, role",
    "view, VIEW, ''",
    "view, OPERATE, role",
    "operate, VIEW, ''",
    "operate, OPERATE, ''",
    "operate, ADMIN, role",
    "admin, ADMIN, ''",
  })
  void aRoleIncludesThoseBeforeIt(String role, Role needed, String code) {
    assertEquals(code, code(guarded, needed, "edge.example.com", "Bearer " + token(role)));
  }

  @Test
  void aMissingTokenAndABadOneAreDifferentProblems() {
    assertEquals("no_token", code(guarded, Role.VIEW, "localhost", ""));
    assertEquals("no_token", code(guarded, Role.VIEW, "localhost", "Basic eDp5"));
    assertEquals(
        "bad_token", code(guarded, Role.VIEW, "localhost", "Bearer " + token("view") + "x"));
  }

  @Test
  void withoutKeysNobodyGetsIn() {
    assertEquals("closed", code(Gate.closed(), Role.VIEW, "localhost", "Bearer " + token("admin")));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, ''",
    "localhost:7070, ''",
    "127.0.0.1:7070, ''",
    "[::1]:7070, ''",
    "evil.example.com, foreign_host",
    "127.0.0.1.evil.example.com, foreign_host",
    "localhost.evil.example.com:7070, foreign_host",
    "'', foreign_host",
  })
  void anOpenGateAnswersUnderItsOwnNamesOnly(String host, String code) {
    assertEquals(code, code(Gate.open(), Role.ADMIN, host, ""));
  }

  private static String code(Gate gate, Role needed, String host, String authorization) {
    return gate.refusal(needed, host, Optional.of(authorization).filter(text -> !text.isEmpty()))
        .map(Problem::code)
        .orElse("");
  }

  private String token(String role) {
    return issuer.issue(
        new Grant("op", Optional.empty(), role, Channels.NONE, Duration.ofHours(1)));
  }
}
