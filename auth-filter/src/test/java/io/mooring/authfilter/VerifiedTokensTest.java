package io.mooring.authfilter;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.JwksFile;
import io.mooring.token.Step;
import io.mooring.token.TokenIssuer;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedTokensTest {
  private static final Grant FOR_A_MINUTE =
      new Grant("u17", Optional.empty(), "client", Channels.NONE, Duration.ofMinutes(1));

  @TempDir Path folder;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private Instant now = Instant.ofEpochSecond(1_790_000_000);
  private final InstantSource clock = () -> now;
  private TokenIssuer issuer;
  private VerifiedTokens tokens;

  @BeforeEach
  void readKeys() {
    issuer = createKeys();
    JwksFile keys = new JwksFile(folder.resolve("jwks.json"));
    tokens =
        new VerifiedTokens(
            new TokenVerifier(keys, TokenIssuer.ISSUER, TokenIssuer.AUDIENCE, clock),
            keys,
            clock,
            meters);
  }

  @Test
  void aGoodTokenIsVerifiedOnce() {
    String token = issuer.issue(FOR_A_MINUTE);

    Verification first = tokens.verify(token);

    assertInstanceOf(Verification.Accepted.class, first);
    assertSame(first, tokens.verify(token));
    assertEquals(1, lookups("hit"));
    assertEquals(1, lookups("miss"));
  }

  @Test
  void aBadTokenIsNotRemembered() {
    assertInstanceOf(Verification.Refused.class, tokens.verify("a.b.c"));

    assertEquals(0, tokens.size());
  }

  @Test
  void aTokenIsRefusedFromItsLastSecondOn() {
    String token = issuer.issue(FOR_A_MINUTE);
    tokens.verify(token);

    now = now.plusSeconds(59);
    assertInstanceOf(Verification.Accepted.class, tokens.verify(token));
    now = now.plusSeconds(1);
    var refused = assertInstanceOf(Verification.Refused.class, tokens.verify(token));
    assertEquals(Step.EXPIRED, refused.step());
  }

  @Test
  void aTokenIsForgottenWithItsKey() {
    String token = issuer.issue(FOR_A_MINUTE);
    tokens.verify(token);

    createKeys();

    await()
        .until(
            () ->
                tokens.verify(token) instanceof Verification.Refused refused
                    && refused.step() == Step.KEY);
  }

  private TokenIssuer createKeys() {
    return TokenIssuer.create(folder.resolve("issuer.jwk"), folder.resolve("jwks.json"), clock);
  }

  private double lookups(String outcome) {
    return meters.get("mooring.verified.tokens.lookups").tag("outcome", outcome).counter().count();
  }
}
