package io.mooring.token;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the claims of one token whose signature is good, and checks them; used once. */
final class Payload {
  /** How far a clock may be ahead of ours, in seconds. */
  private static final long SKEW = 30;

  /** The last second of the year 9999. What lies beyond is milliseconds taken for seconds. */
  private static final long LAST_SECOND = 253_402_300_799L;

  /** A check that failed. */
  static final class RefusedException extends RuntimeException {
    final Step step;

    RefusedException(Step step, String detail) {
      super(detail, null, false, false);
      this.step = step;
    }
  }

  private @Nullable String iss;
  private List<String> aud = List.of();
  private @Nullable String sub;
  private @Nullable String tenant;
  private @Nullable String role;
  private Channels channels = Channels.NONE;
  private @Nullable Long exp;
  private @Nullable Long iat;
  private @Nullable Long nbf;
  private @Nullable String jti;
  private @Nullable String info;

  private Payload() {}

  /**
   * @throws RefusedException at the first claim that cannot be read
   */
  static Payload read(byte[] bytes) {
    Payload payload = new Payload();
    Step reading = Step.PARSE;
    try (JsonParser json = StrictJson.FACTORY.createParser(bytes)) {
      StrictJson.begin(json);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String claim = json.currentName();
        json.nextToken();
        reading = step(claim);
        payload.read(json, claim);
        reading = Step.PARSE;
      }
      StrictJson.end(json);
    } catch (StrictJson.ShapeException shape) {
      throw new RefusedException(reading, String.valueOf(shape.getMessage()));
    } catch (IOException syntax) {
      throw new RefusedException(Step.PARSE, "the claims: " + StrictJson.syntax(syntax));
    }
    return payload;
  }

  private static Step step(String claim) {
    return switch (claim) {
      case "iss" -> Step.ISSUER;
      case "aud" -> Step.AUDIENCE;
      case "exp" -> Step.EXPIRED;
      case "iat", "nbf" -> Step.NOT_YET_VALID;
      case "sub", "tenant", "jti", "info" -> Step.SUBJECT;
      case "role" -> Step.ROLE;
      case "channels" -> Step.CHANNELS;
      default -> Step.PARSE;
    };
  }

  private void read(JsonParser json, String claim) throws IOException {
    switch (claim) {
      case "iss" -> iss = StrictJson.text(json, claim);
      case "aud" ->
          aud =
              json.currentToken() == JsonToken.START_ARRAY
                  ? StrictJson.texts(json, claim)
                  : List.of(StrictJson.text(json, claim));
      case "exp" -> exp = StrictJson.whole(json, claim);
      case "iat" -> iat = StrictJson.whole(json, claim);
      case "nbf" -> nbf = StrictJson.whole(json, claim);
      case "sub" -> sub = StrictJson.text(json, claim);
      case "tenant" -> tenant = StrictJson.text(json, claim);
      case "jti" -> jti = StrictJson.text(json, claim);
      case "role" -> role = StrictJson.text(json, claim);
      case "channels" -> channels = Channels.read(json);
      case "info" -> info = Info.read(json);
      default -> json.skipChildren();
    }
  }

  /**
   * Checks the claims, issuer first.
   *
   * @param now seconds since 1970
   * @throws RefusedException at the first one that fails
   */
  Claims check(String issuer, String audience, @Nullable String typ, String kid, long now) {
    Step checking = Step.ISSUER;
    try {
      if (!issuer.equals(iss)) {
        throw Grammar.wrong("iss", iss, Quote.of(issuer));
      }
      checking = Step.AUDIENCE;
      if (!aud.contains(audience)) {
        throw Grammar.wrong("aud", aud.isEmpty() ? null : aud.getFirst(), Quote.of(audience));
      }
      checking = Step.TYPE;
      if (typ == null || !(typ.equalsIgnoreCase("JWT") || typ.equalsIgnoreCase("at+jwt"))) {
        throw Grammar.wrong("typ", typ, "JWT or at+jwt");
      }
      checking = Step.EXPIRED;
      long end = end(now);
      checking = Step.NOT_YET_VALID;
      long start = start(now);
      checking = Step.SUBJECT;
      String user = Grammar.name("sub", sub);
      Optional<String> owner = Optional.ofNullable(tenant).map(t -> Grammar.name("tenant", t));
      Optional<String> id = Optional.ofNullable(jti).map(Grammar::tokenId);
      checking = Step.ROLE;
      return new Claims(
          user,
          owner,
          Grammar.role(role),
          channels,
          end,
          start,
          id,
          kid,
          Optional.ofNullable(info));
    } catch (IllegalArgumentException wrong) {
      throw new RefusedException(checking, String.valueOf(wrong.getMessage()));
    }
  }

  private long end(long now) {
    if (exp == null) {
      throw Grammar.wrong("exp", null, "seconds since 1970: a token must end");
    }
    if (exp > LAST_SECOND) {
      throw new IllegalArgumentException(
          "exp is " + exp + ", expected seconds since 1970, not milliseconds");
    }
    if (exp <= now) {
      throw new IllegalArgumentException("exp was " + exp + ", now is " + now);
    }
    return exp;
  }

  private long start(long now) {
    if (iat == null) {
      throw Grammar.wrong("iat", null, "seconds since 1970");
    }
    if (iat > now + SKEW) {
      throw new IllegalArgumentException("iat is " + iat + ", now is " + now);
    }
    if (nbf != null && nbf > now + SKEW) {
      throw new IllegalArgumentException("nbf is " + nbf + ", now is " + now);
    }
    return iat;
  }
}
