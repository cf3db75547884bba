package io.mooring.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuerTest {
  private static final InstantSource CLOCK = () -> Instant.ofEpochSecond(Forge.NOW);
  private static final Grant GRANT =
      new Grant(
          "u17",
          Optional.of("acme"),
          "publisher",
          new Channels(List.of("demo.*"), List.of("demo.*")),
          Duration.ofHours(1));

  @TempDir Path folder;

  @Test
  void itsTokensAreAcceptedByTheJwksThatItWrote() {
    TokenIssuer issuer = create();

    Claims claims = accepted(issuer.issue(GRANT));

    assertEquals("u17", claims.sub());
    assertEquals(Optional.of("acme"), claims.tenant());
    assertEquals("publisher", claims.role());
    assertEquals(GRANT.channels(), claims.channels());
    assertEquals(Forge.NOW, claims.iat());
    assertEquals(Forge.NOW + 3600, claims.exp());
    assertNotEquals(claims.jti(), accepted(issuer.issue(GRANT)).jti());
  }

  @Test
  void thePrivateKeyCanBeReadAgainByItsOwnerAlone() throws IOException {
    create();

    accepted(TokenIssuer.read(privateKey(), CLOCK).issue(GRANT));
    assertEquals(
        Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE),
        Files.getPosixFilePermissions(privateKey()));
  }

  @Test
  void theJwksHoldsNothingPrivate() throws IOException {
    create();

    assertFalse(Files.readString(jwks()).contains("\"d\":"));
  }

  @Test
  void aPublicKeyIsNoIssuer() throws IOException {
    Files.writeString(privateKey(), new Forge().rsa.toPublicJWK().toJSONString());

    var refusal = assertThrows(KeyFileException.class, () -> TokenIssuer.read(privateKey(), CLOCK));

    assertEquals(privateKey() + " is not a private RSA key with a kid", refusal.getMessage());
  }

  @Test
  void aMissingKeyIsNamed() {
    var refusal = assertThrows(KeyFileException.class, () -> TokenIssuer.read(privateKey(), CLOCK));

    assertTrue(
        String.valueOf(refusal.getMessage())
            .startsWith("cannot read the token issuer's key " + privateKey()));
  }

  @Test
  void aGrantThatNoVerifierWouldTakeIsRefused() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Grant("a b", Optional.empty(), "client", Channels.NONE, Duration.ZERO));

    assertEquals("sub is \"a b\", expected 1 to 128 of [A-Za-z0-9._:@|~-]", refusal.getMessage());
  }

  private TokenIssuer create() {
    return TokenIssuer.create(privateKey(), jwks(), CLOCK);
  }

  private Claims accepted(String token) {
    var verifier =
        new TokenVerifier(new JwksFile(jwks()), TokenIssuer.ISSUER, TokenIssuer.AUDIENCE, CLOCK);
    return assertInstanceOf(Verification.Accepted.class, verifier.verify(token)).claims();
  }

  private Path privateKey() {
    return folder.resolve("issuer.jwk");
  }

  private Path jwks() {
    return folder.resolve("jwks.json");
  }
}
