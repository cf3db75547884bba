package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;

/**
 * Verifies client tokens: JWTs in compact form (RFC 7519), signed by a key of the JWKS with that
 * key's own algorithm. Nothing in a token chooses how it is verified. Claims are read only after
 * the signature proved good. Safe for use by many threads.
 */
public final class TokenVerifier {
  /** The longest token, in characters. */
  public static final int MAX_LENGTH = 8 * 1024;

  static final Set<String> ALGORITHMS = Set.of("RS256", "ES256", "HS256");

  private final JwksFile keys;
  private final String issuer;
  private final String audience;
  private final InstantSource clock;

  /**
   * @param issuer what {@code iss} must be
   * @param audience what {@code aud} must be or contain
   */
  public TokenVerifier(JwksFile keys, String issuer, String audience, InstantSource clock) {
    this.keys = keys;
    this.issuer = issuer;
    this.audience = audience;
    this.clock = clock;
  }

  public Verification verify(String token) {
    if (token.length() > MAX_LENGTH) {
      return refused(Step.PARSE, "longer than " + MAX_LENGTH + " characters");
    }
    int afterHeader = token.indexOf('.');
    int afterPayload = token.indexOf('.', afterHeader + 1);
    if (afterHeader < 0 || afterPayload < 0 || token.indexOf('.', afterPayload + 1) >= 0) {
      return refused(Step.PARSE, "not of the form header.claims.signature");
    }
    String signature = token.substring(afterPayload + 1);
    byte[] header = Base64Url.decode(token.substring(0, afterHeader));
    byte[] payload = Base64Url.decode(token.substring(afterHeader + 1, afterPayload));
    if (header == null || payload == null || Base64Url.decode(signature) == null) {
      return refused(Step.PARSE, "a part is not base64url without padding");
    }
    try {
      return verify(TokenHeader.read(header), token.substring(0, afterPayload), payload, signature);
    } catch (StrictJson.ShapeException shape) {
      return refused(Step.PARSE, "the header: " + shape.getMessage());
    } catch (IOException syntax) {
      return refused(Step.PARSE, "the header: " + StrictJson.syntax(syntax));
    }
  }

  private Verification verify(TokenHeader header, String signed, byte[] payload, String signature) {
    if (header.critical()) {
      return refused(Step.PARSE, "the header has crit, and no extension is understood");
    }
    if (header.ownKey() != null) {
      return refused(
          Step.KEY, "the header has " + header.ownKey() + "; only keys of the JWKS are trusted");
    }
    if (!ALGORITHMS.contains(header.alg())) {
      return refused(
          Step.ALGORITHM, "alg is " + Quote.of(header.alg()) + ", expected RS256, ES256 or HS256");
    }
    String kid = header.kid();
    JwksFile.Key key = kid == null ? null : keys.key(kid);
    if (kid == null || key == null) {
      return refused(
          Step.KEY,
          kid == null ? "kid is missing" : "kid " + Quote.of(kid) + " is not in the JWKS");
    }
    if (!header.alg().equals(key.alg().getName())) {
      return refused(
          Step.ALGORITHM,
          "alg is " + header.alg() + ", but key " + Quote.of(kid) + " is for " + key.alg());
    }
    if (!signatureFits(key, signed, signature)) {
      return refused(Step.SIGNATURE, "not made by key " + Quote.of(kid));
    }
    try {
      long now = Math.floorDiv(clock.millis(), 1000L);
      return new Verification.Accepted(
          Payload.read(payload).check(issuer, audience, header.typ(), kid, now));
    } catch (Payload.RefusedException refusal) {
      return refused(refusal.step, String.valueOf(refusal.getMessage()));
    }
  }

  private static boolean signatureFits(JwksFile.Key key, String signed, String signature) {
    try {
      return key.verifier()
          .verify(key.header(), signed.getBytes(US_ASCII), new Base64URL(signature));
    } catch (JOSEException notEvenOfTheForm) {
      return false;
    }
  }

  private static Verification refused(Step step, String detail) {
    return new Verification.Refused(step, detail);
  }
}
