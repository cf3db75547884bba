package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;

/**
 * Signs identities for the servers of one service, in the form {@code 1.<key id>.<base64url
 * JSON>.<base64url HMAC-SHA256 over the first three parts>}. Safe for use by many threads.
 */
public final class IdentitySigner {
  static final String VERSION = "1";

  private static final int NONCE_BYTES = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Hmac hmac;
  private final String prefix;

  public IdentitySigner(MasterKeys keys, String service) {
    MasterKeys.Derived signing = keys.derive(label(service)).getFirst();
    hmac = signing.hmac();
    prefix = VERSION + "." + signing.id() + ".";
  }

  /** The value of the header {@code x-mooring-identity}. */
  public String sign(Identity identity) {
    String signed = prefix + Base64Url.encode(IdentityJson.write(identity));
    return signed + "." + Base64Url.encode(hmac.of(signed.getBytes(US_ASCII)));
  }

  /** A fresh {@link Identity#nonce}. */
  public static String nonce() {
    byte[] bits = new byte[NONCE_BYTES];
    RANDOM.nextBytes(bits);
    return Base64Url.encode(bits);
  }

  static String label(String service) {
    return "identity/" + service;
  }
}
