package io.mooring.cli.keys;

import io.mooring.cli.state.StateFolder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** The edge's certificate (ECDSA P-256, for localhost), and the CA that issues it. */
public final class EdgeCertificate {
  private static final Duration CA_LIFE = Duration.ofDays(3650);

  /** Browsers refuse server certificates that live longer than 398 days. */
  private static final Duration EDGE_LIFE = Duration.ofDays(397);

  private static final Duration RENEW_BEFORE = Duration.ofDays(30);

  /** Clocks differ: a certificate begins before it is made. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private EdgeCertificate() {}

  /**
   * The first certificate of a PEM file.
   *
   * @throws CertificateException naming the file, and what is wrong with it
   */
  public static X509Certificate read(Path pem) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
    } catch (IOException unreadable) {
      throw new CertificateException("cannot read the certificate " + pem, unreadable);
    } catch (GeneralSecurityException malformed) {
      throw new CertificateException(pem + " holds no X.509 certificate in PEM form", malformed);
    }
  }

  /**
   * Whether that is the private key of the certificate: what it signs, the certificate verifies.
   *
   * @throws CertificateException naming the key file, and what is wrong with it
   */
  public static boolean belongs(Path pem, X509Certificate certificate) {
    byte[] anything = {1, 2, 3};
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(readKey(pem));
      signer.update(anything);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(anything);
      return signer.verify(signature);
    } catch (GeneralSecurityException another) {
      return false;
    }
  }

  static void ensure(DevelopmentKeys keys, Instant now) {
    if (!usable(keys.ca(), now) || !Files.exists(keys.caKey())) {
      X509Bundle ca = issueCa(now);
      save(keys.caKey(), ca.getPrivateKeyPEM());
      save(keys.ca(), ca.getRootCertificatePEM());
      issueEdge(keys, ca, now);
    } else if (!usable(keys.edge(), now) || !Files.exists(keys.edgeKey())) {
      issueEdge(keys, readCa(keys), now);
    }
  }

  private static boolean usable(Path pem, Instant now) {
    return Files.exists(pem) && read(pem).getNotAfter().toInstant().isAfter(now.plus(RENEW_BEFORE));
  }

  private static X509Bundle issueCa(Instant now) {
    try {
      return new CertificateBuilder()
          .ecp256()
          .subject("CN=Mooring development CA")
          .setIsCertificateAuthority(true)
          .setKeyUsage(true, KeyUsage.keyCertSign, KeyUsage.cRLSign)
          .notBefore(now.minus(BACKDATED))
          .notAfter(now.plus(CA_LIFE))
          .buildSelfSigned();
    } catch (Exception failed) {
      throw new CertificateException(
          "cannot make a development CA: " + failed.getMessage(), failed);
    }
  }

  private static void issueEdge(DevelopmentKeys keys, X509Bundle ca, Instant now) {
    try {
      X509Bundle edge =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .addSanIpAddress("127.0.0.1")
              .setKeyUsage(true, KeyUsage.digitalSignature)
              .addExtendedKeyUsageServerAuth()
              .notBefore(now.minus(BACKDATED))
              .notAfter(now.plus(EDGE_LIFE))
              .buildIssuedBy(ca);
      save(keys.edgeKey(), edge.getPrivateKeyPEM());
      save(keys.edge(), edge.getCertificatePathPEM());
    } catch (Exception failed) {
      throw new CertificateException(
          "cannot make the edge's certificate: " + failed.getMessage(), failed);
    }
  }

  private static X509Bundle readCa(DevelopmentKeys keys) {
    X509Certificate certificate = read(keys.ca());
    return X509Bundle.fromRootCertificateAuthority(
        certificate, new KeyPair(certificate.getPublicKey(), readKey(keys.caKey())));
  }

  private static PrivateKey readKey(Path file) {
    try {
      String pem = Files.readString(file);
      byte[] pkcs8 = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + file, unreadable);
    } catch (GeneralSecurityException | IllegalArgumentException malformed) {
      throw new CertificateException(file + " is not an EC key in PKCS 8 PEM form", malformed);
    }
  }

  private static void save(Path file, String pem) {
    StateFolder.write(file, pem.getBytes(StandardCharsets.US_ASCII));
  }
}
