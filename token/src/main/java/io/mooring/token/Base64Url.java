package io.mooring.token;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Base64url without padding (RFC 7515 section 2), one spelling for each value.
 *
 * <p>The JDK's decoder takes padding and stray low bits in the last character; two texts would then
 * mean the same bytes.
 */
final class Base64Url {
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private Base64Url() {}

  static String encode(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }

  /** The bytes, or null if the text is not canonical base64url. */
  static byte @Nullable [] decode(String text) {
    int rest = text.length() % 4;
    if (rest == 1 || (rest != 0 && (lastSixBits(text) & (rest == 2 ? 0xf : 0x3)) != 0)) {
      return null;
    }
    if (text.indexOf('=') >= 0) {
      return null;
    }
    try {
      return DECODER.decode(text);
    } catch (IllegalArgumentException notBase64Url) {
      return null;
    }
  }

  private static int lastSixBits(String text) {
    char c = text.charAt(text.length() - 1);
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : 63;
  }
}
