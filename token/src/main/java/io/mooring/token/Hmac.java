package io.mooring.token;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 under one key; safe to share between threads. */
final class Hmac {
  private static final String ALGORITHM = "HmacSHA256";

  // Initialised once and never fed: each use takes a clone, which skips provider lookup and keying.
  private final Mac keyed;

  Hmac(byte[] key) {
    try {
      keyed = Mac.getInstance(ALGORITHM);
      keyed.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException everyJdkHasIt) {
      throw new IllegalStateException(ALGORITHM + " is missing in this JDK", everyJdkHasIt);
    }
  }

  byte[] of(byte[] first, byte[] second) {
    Mac mac = copy();
    mac.update(first);
    return mac.doFinal(second);
  }

  byte[] of(byte[] data) {
    return copy().doFinal(data);
  }

  private Mac copy() {
    try {
      return (Mac) keyed.clone();
    } catch (CloneNotSupportedException sunJceClones) {
      throw new IllegalStateException(ALGORITHM + " of this JDK cannot be cloned", sunJceClones);
    }
  }
}
