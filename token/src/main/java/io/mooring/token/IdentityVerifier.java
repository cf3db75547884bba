package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the identity headers that a service's servers receive: version, signature, age. A header
 * is good for one use; remembering the nonces is the server's. Safe for use by many threads.
 */
public final class IdentityVerifier {
  /** How far the signer's clock and ours may be apart, age included, in milliseconds. */
  public static final long WINDOW_MILLIS = 30_000;

  /** The longest header, in characters: an identity of the longest token fits. */
  public static final int MAX_LENGTH = 16_384;

  private final List<MasterKeys.Derived> keys;
  private final InstantSource clock;

  public IdentityVerifier(MasterKeys keys, String service, InstantSource clock) {
    this.keys = keys.derive(IdentitySigner.label(service));
    this.clock = clock;
  }

  public IdentityCheck verify(String header) {
    if (header.length() > MAX_LENGTH) {
      return invalid("longer than " + MAX_LENGTH + " characters");
    }
    int afterVersion = header.indexOf('.');
    int afterKey = header.indexOf('.', afterVersion + 1);
    int afterJson = header.indexOf('.', afterKey + 1);
    if (afterVersion < 0
        || afterKey < 0
        || afterJson < 0
        || header.indexOf('.', afterJson + 1) >= 0) {
      return invalid("not of the form version.key.json.signature");
    }
    if (!header.startsWith(IdentitySigner.VERSION + ".")) {
      return invalid("version " + Quote.of(header.substring(0, afterVersion)) + ", expected 1");
    }
    String keyId = header.substring(afterVersion + 1, afterKey);
    Hmac key = key(keyId);
    if (key == null) {
      return invalid("key " + Quote.of(keyId) + " is not one of the master key file");
    }
    byte[] signature = Base64Url.decode(header.substring(afterJson + 1));
    byte[] expected = key.of(header.substring(0, afterJson).getBytes(US_ASCII));
    if (signature == null || !MessageDigest.isEqual(expected, signature)) {
      return invalid("the signature is not that of key " + Quote.of(keyId) + " for this service");
    }
    byte[] json = Base64Url.decode(header.substring(afterKey + 1, afterJson));
    return json == null ? invalid("the JSON part is not base64url") : read(json);
  }

  private IdentityCheck read(byte[] json) {
    Identity identity;
    try {
      identity = IdentityJson.read(json);
    } catch (StrictJson.ShapeException shape) {
      return invalid(String.valueOf(shape.getMessage()));
    } catch (IOException syntax) {
      return invalid(StrictJson.syntax(syntax));
    }
    long age = clock.millis() - identity.iat();
    if (age > WINDOW_MILLIS || age < -WINDOW_MILLIS) {
      return invalid(
          "signed " + age + " ms ago, expected at most " + WINDOW_MILLIS + " either way");
    }
    return new IdentityCheck.Valid(identity);
  }

  private @Nullable Hmac key(String id) {
    for (MasterKeys.Derived key : keys) {
      if (key.id().equals(id)) {
        return key.hmac();
      }
    }
    return null;
  }

  private static IdentityCheck invalid(String reason) {
    return new IdentityCheck.Invalid("x-mooring-identity: " + reason);
  }
}
