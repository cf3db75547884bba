package io.mooring.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Connection ids that prove their owner: base64url of 128 random bits and a 128-bit MAC over them
 * and the subject. Somebody else's id in a pinned URL is then only a hint of the pin. Safe for use
 * by many threads.
 */
public final class ConnIds {
  private static final int RANDOM_BYTES = 16;
  private static final int MAC_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final List<MasterKeys.Derived> keys;

  public ConnIds(MasterKeys keys) {
    this.keys = keys.derive("conn");
  }

  /** A fresh id of {@code sub}, 43 characters of the grammar of {@link Ids}. */
  public String mint(String sub) {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    byte[] id = Arrays.copyOf(random, RANDOM_BYTES + MAC_BYTES);
    byte[] mac = keys.getFirst().hmac().of(random, sub.getBytes(UTF_8));
    System.arraycopy(mac, 0, id, RANDOM_BYTES, MAC_BYTES);
    return Base64Url.encode(id);
  }

  /** Whether {@code connId} was minted for {@code sub}. */
  public boolean belongsTo(String connId, String sub) {
    byte[] id = Base64Url.decode(connId);
    if (id == null || id.length != RANDOM_BYTES + MAC_BYTES) {
      return false;
    }
    byte[] random = Arrays.copyOf(id, RANDOM_BYTES);
    byte[] mac = Arrays.copyOfRange(id, RANDOM_BYTES, id.length);
    byte[] owner = sub.getBytes(UTF_8);
    for (MasterKeys.Derived key : keys) {
      if (MessageDigest.isEqual(Arrays.copyOf(key.hmac().of(random, owner), MAC_BYTES), mac)) {
        return true;
      }
    }
    return false;
  }
}
