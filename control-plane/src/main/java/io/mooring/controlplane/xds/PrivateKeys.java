package io.mooring.controlplane.xds;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Private keys in the PEM forms that Envoy reads: PKCS #8 (RFC 5958), PKCS #1 and SEC 1. */
final class PrivateKeys {
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final byte SEQUENCE = 0x30;
  private static final byte OCTET_STRING = 0x04;
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  private PrivateKeys() {}

  /** Whether the text holds a private key in one of these forms, unencrypted. */
  static boolean isPem(String text) {
    return PEM.matcher(text).find();
  }

  /** Whether the private key of this PEM text and the public key are a pair. */
  static boolean belongTogether(String pem, PublicKey publicKey) {
    try {
      byte[] probe = "the edge's certificate".getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance(signatureOf(publicKey));
      signature.initSign(read(pem, publicKey));
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException | RuntimeException ofAnotherKind) {
      return false;
    }
  }

  private static String signatureOf(PublicKey publicKey) throws InvalidKeyException {
    return switch (publicKey.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> throw new InvalidKeyException(publicKey.getAlgorithm());
    };
  }

  private static PrivateKey read(String pem, PublicKey publicKey) throws GeneralSecurityException {
    Matcher block = PEM.matcher(pem);
    if (!block.find()) {
      throw new InvalidKeyException("no PEM private key");
    }
    byte[] key = Base64.getMimeDecoder().decode(block.group(2));
    byte[] pkcs8 =
        block.group(1).equals("PRIVATE KEY")
            ? key
            : der(SEQUENCE, VERSION_0, algorithmOf(publicKey), der(OCTET_STRING, key));
    return KeyFactory.getInstance(publicKey.getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /** The AlgorithmIdentifier of a SubjectPublicKeyInfo: the first thing in its sequence. */
  private static byte[] algorithmOf(PublicKey publicKey) {
    byte[] info = publicKey.getEncoded();
    int start = contentOf(info, 0);
    int end = contentOf(info, start) + lengthOf(info, start);
    return Arrays.copyOfRange(info, start, end);
  }

  private static int contentOf(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first - 0x80);
  }

  private static int lengthOf(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = at + 2; i < contentOf(der, at); i++) {
      length = length << 8 | der[i] & 0xff;
    }
    return length;
  }

  private static byte[] der(byte tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(tag);
    if (content.size() < 0x80) {
      whole.write(content.size());
    } else if (content.size() < 0x100) {
      whole.write(0x81);
      whole.write(content.size());
    } else {
      whole.write(0x82);
      whole.write(content.size() >> 8);
      whole.write(content.size());
    }
    whole.writeBytes(content.toByteArray());
    return whole.toByteArray();
  }
}
