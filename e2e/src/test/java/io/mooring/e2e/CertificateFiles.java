package io.mooring.e2e;

import io.mooring.cli.keys.EdgeCertificate;
import io.mooring.cli.state.StateFolder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** The edge's certificate and key of a tier, as somebody replaces them. */
final class CertificateFiles {
  private static final Duration LIFE = Duration.ofDays(90);

  private final Path keys;
  private final X509Bundle ca;

  /**
   * @param keys the tier's folder of keys, with its own CA
   */
  CertificateFiles(Path keys) throws Exception {
    this.keys = keys;
    X509Certificate root = EdgeCertificate.read(keys.resolve("ca.pem"));
    String pem = Files.readString(keys.resolve("ca.key")).replaceAll("-----[A-Z ]+-----", "");
    PrivateKey key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    this.ca = X509Bundle.fromRootCertificateAuthority(root, new KeyPair(root.getPublicKey(), key));
  }

  /** A new certificate and its key take the place of the old; returns the serial, in hex. */
  String rotate() throws Exception {
    X509Bundle next = issue();
    save("edge.key", next.getPrivateKeyPEM());
    save("edge.pem", next.getCertificatePathPEM());
    return serial(next);
  }

  /**
   * A certificate whose key is another's takes the place of the old; returns the serial, in hex.
   */
  String spoil() throws Exception {
    X509Bundle next = issue();
    save("edge.pem", next.getCertificatePathPEM());
    return serial(next);
  }

  private X509Bundle issue() throws Exception {
    Instant now = Instant.now();
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=localhost")
        .addSanDnsName("localhost")
        .addSanIpAddress("127.0.0.1")
        .setKeyUsage(true, CertificateBuilder.KeyUsage.digitalSignature)
        .addExtendedKeyUsageServerAuth()
        .notBefore(now.minus(Duration.ofHours(1)))
        .notAfter(now.plus(LIFE))
        .buildIssuedBy(ca);
  }

  private void save(String name, String pem) {
    StateFolder.write(keys.resolve(name), pem.getBytes(StandardCharsets.US_ASCII));
  }

  private static String serial(X509Bundle bundle) {
    String hex = bundle.getCertificate().getSerialNumber().toString(16);
    return hex.length() % 2 == 0 ? hex : "0" + hex;
  }
}
