package io.mooring.controlplane.xds;

import com.google.protobuf.ByteString;
import io.mooring.process.StartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Where the edge's certificate and session ticket keys come from: files, read when asked and
 * checked before an Envoy gets what is in them.
 */
final class Certificates {
  private static final int TICKET_KEY_BYTES = 80;
  private static final Set<String> KEYS = Set.of("EC", "RSA");
  private static final int LEAST_RSA_BITS = 2048;

  /** Of {@link X509Certificate#getKeyUsage}. */
  private static final int DIGITAL_SIGNATURE = 0;

  private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
  private static final String PEM_CERTIFICATE = "-----BEGIN CERTIFICATE-----";

  private final EdgeConfig config;

  /**
   * @param config must name a certificate
   */
  Certificates(EdgeConfig config) {
    this.config = config;
  }

  /**
   * The files as they were read.
   *
   * @param ticketKeys empty if no file is configured
   */
  record Contents(ByteString chain, ByteString privateKey, ByteString ticketKeys) {}

  /**
   * @param certificateChain PEM, the edge's own certificate first
   * @param privateKey PEM
   * @param ticketKeys 80 bytes each; the first encrypts, all decrypt
   * @param chain the certificates of the PEM
   */
  record Material(
      ByteString certificateChain,
      ByteString privateKey,
      List<ByteString> ticketKeys,
      List<X509Certificate> chain) {
    X509Certificate leaf() {
      return chain.getFirst();
    }
  }

  /**
   * What the files hold now.
   *
   * @throws StartException naming the key and the file that cannot be read
   */
  Contents read() {
    return new Contents(
        file("edge.certificate", config.certificate()),
        file("edge.private-key", config.privateKey()),
        config.sharedTickets() ? file("edge.ticket-keys", config.ticketKeys()) : ByteString.EMPTY);
  }

  /**
   * Checks everything but the time: the chain is one, in its order, and the key is that of its
   * first certificate.
   *
   * @throws StartException naming the key, the file, and what was expected in it
   */
  Material check(Contents contents) {
    List<X509Certificate> chain = chain(contents.chain());
    String key = contents.privateKey().toStringUtf8();
    if (!PrivateKeys.isPem(key)) {
      throw new StartException(
          "edge.private-key: %s is not a PEM private key; expected one without a passphrase"
              .formatted(config.privateKey()),
          null);
    }
    requireKind(chain.getFirst().getPublicKey());
    requireSigning(chain.getFirst());
    requireNoStaple(chain.getFirst());
    requirePair(chain, key);
    requireOrder(chain);
    return new Material(contents.chain(), contents.privateKey(), ticketKeys(contents), chain);
  }

  /** Envoy reads PEM only, and refuses short RSA keys: what it would refuse is refused here. */
  private List<X509Certificate> chain(ByteString pem) {
    if (!pem.toStringUtf8().contains(PEM_CERTIFICATE)) {
      throw unusable("is not a chain of PEM certificates: it has no " + PEM_CERTIFICATE, null);
    }
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (var certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem.newInput())) {
        chain.add((X509Certificate) certificate);
      }
      if (chain.isEmpty()) {
        throw new CertificateException("it holds none");
      }
      return List.copyOf(chain);
    } catch (CertificateException notOne) {
      throw unusable("is not a chain of PEM certificates: " + notOne.getMessage(), notOne);
    }
  }

  private void requireKind(PublicKey key) {
    String expected = "expected ECDSA P-256, or RSA of at least %d bits".formatted(LEAST_RSA_BITS);
    if (!KEYS.contains(key.getAlgorithm())) {
      throw unusable("has an %s key; %s".formatted(key.getAlgorithm(), expected), null);
    }
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
      throw unusable(
          "has an RSA key of %d bits; %s".formatted(rsa.getModulus().bitLength(), expected), null);
    }
  }

  /** Envoy refuses an ECDSA certificate without it, and many clients an RSA one. */
  private void requireSigning(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE]) {
      throw unusable(
          "begins with %s, whose key usage does not allow digitalSignature, which each handshake needs; is it a CA's own?"
              .formatted(name(leaf)),
          null);
    }
  }

  private void requireNoStaple(X509Certificate leaf) {
    if (leaf.getExtensionValue(TLS_FEATURE) != null) {
      throw unusable(
          "begins with %s, which wants an OCSP response beside it (must-staple); Envoy is given none"
              .formatted(name(leaf)),
          null);
    }
  }

  private void requirePair(List<X509Certificate> chain, String key) {
    if (PrivateKeys.belongTogether(key, chain.getFirst().getPublicKey())) {
      return;
    }
    for (X509Certificate later : chain) {
      if (PrivateKeys.belongTogether(key, later.getPublicKey())) {
        throw unusable("has to begin with the certificate of the key, " + name(later), null);
      }
    }
    throw unusable(
        "begins with %s, which is not the certificate of the key in edge.private-key: %s"
            .formatted(name(chain.getFirst()), config.privateKey()),
        null);
  }

  private void requireOrder(List<X509Certificate> chain) {
    for (int i = 1; i < chain.size(); i++) {
      X509Certificate issued = chain.get(i - 1);
      try {
        issued.verify(chain.get(i).getPublicKey());
      } catch (GeneralSecurityException ofAnother) {
        throw unusable(
            "holds %s after %s, which it did not issue; expected each certificate's issuer next"
                .formatted(name(chain.get(i)), name(issued)),
            ofAnother);
      }
    }
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private StartException unusable(String why, @Nullable Throwable cause) {
    return new StartException(
        "edge.certificate: %s %s".formatted(config.certificate(), why), cause);
  }

  private List<ByteString> ticketKeys(Contents contents) {
    ByteString keys =
        config.sharedTickets() ? contents.ticketKeys() : derivedTicketKey(contents.privateKey());
    if (keys.isEmpty() || keys.size() % TICKET_KEY_BYTES != 0) {
      throw new StartException(
          "edge.ticket-keys: %s holds %d bytes; expected 80 random bytes for each key"
              .formatted(config.ticketKeys(), keys.size()),
          null);
    }
    List<ByteString> split = new ArrayList<>();
    for (int start = 0; start < keys.size(); start += TICKET_KEY_BYTES) {
      split.add(keys.substring(start, start + TICKET_KEY_BYTES));
    }
    return List.copyOf(split);
  }

  /** The same for all control planes that serve the same private key, and after a restart. */
  private static ByteString derivedTicketKey(ByteString privateKey) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(privateKey.toByteArray(), "HmacSHA256"));
      ByteBuffer key = ByteBuffer.allocate(3 * mac.getMacLength());
      for (int block = 0; key.hasRemaining(); block++) {
        key.put(mac.doFinal(("edge-ticket-keys/" + block).getBytes(StandardCharsets.US_ASCII)));
      }
      return ByteString.copyFrom(Arrays.copyOf(key.array(), TICKET_KEY_BYTES));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static ByteString file(String key, Path path) {
    try {
      return ByteString.copyFrom(Files.readAllBytes(path));
    } catch (IOException unreadable) {
      throw new StartException(
          "%s: %s cannot be read: %s".formatted(key, path, unreadable), unreadable);
    }
  }
}
