package io.mooring.token;

import java.util.Locale;

/** The checks of a token, in the order in which a user is told of them. */
public enum Step {
  /** Size, three parts of base64url, strict JSON. */
  PARSE,
  /** {@code kid} names a key of the JWKS; no key comes with the token. */
  KEY,
  /** {@code alg} is the one of that key. */
  ALGORITHM,
  SIGNATURE,
  ISSUER,
  AUDIENCE,
  /** {@code typ}. */
  TYPE,
  /** {@code exp}. */
  EXPIRED,
  /** {@code iat} and {@code nbf}. */
  NOT_YET_VALID,
  /** {@code sub}, {@code tenant} and {@code jti}. */
  SUBJECT,
  ROLE,
  CHANNELS;

  /** The name that users see, for example {@code not-yet-valid}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
