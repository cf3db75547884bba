package io.mooring.controlplane.xds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  @TempDir Path folder;

  private Path chain;
  private Path key;
  private Path tickets;

  @BeforeEach
  void files() throws Exception {
    X509Bundle self =
        new CertificateBuilder()
            .subject("CN=edge")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    chain = Files.writeString(folder.resolve("edge.pem"), self.getCertificatePathPEM());
    key = Files.writeString(folder.resolve("edge.key"), self.getPrivateKeyPEM());
    tickets = Files.write(folder.resolve("ticket.key"), new byte[160]);
  }

  private Certificates.Material read() {
    Certificates certificates =
        new Certificates(
            new EdgeConfig(
                "app",
                List.of("*"),
                List.of(new HostPort("127.0.0.1", 7120)),
                chain,
                key,
                tickets,
                List.of(),
                Duration.ofSeconds(25),
                100,
                List.of()));
    return certificates.check(certificates.read());
  }

  private String refusal() {
    return String.valueOf(assertThrows(StartException.class, this::read).getMessage());
  }

  @Test
  void aFileOfSeveralTicketKeysIsSplit() {
    assertEquals(2, read().ticketKeys().size());
  }

  @Test
  void withoutATicketKeyFileOneIsDerivedThatStaysTheSame() {
    tickets = Path.of("");

    assertEquals(read().ticketKeys(), read().ticketKeys());
    assertEquals(80, read().ticketKeys().getFirst().size());
  }

  @Test
  void aMissingFileIsNamedWithItsKey() throws IOException {
    Files.delete(chain);

    assertTrue(refusal().startsWith("edge.certificate: " + chain + " cannot be read"));
  }

  @Test
  void aFileThatIsNoCertificateIsRefused() throws IOException {
    Files.writeString(chain, "hello");

    assertTrue(refusal().startsWith("edge.certificate: " + chain + " is not a chain"));
  }

  @Test
  void aFileThatIsNoKeyIsRefused() throws IOException {
    Files.copy(chain, key, StandardCopyOption.REPLACE_EXISTING);

    assertEquals(
        "edge.private-key: " + key + " is not a PEM private key; expected one without a passphrase",
        refusal());
  }

  @Test
  void aTicketKeyOfAnotherLengthIsRefused() throws IOException {
    Files.write(tickets, new byte[48]);

    assertEquals(
        "edge.ticket-keys: " + tickets + " holds 48 bytes; expected 80 random bytes for each key",
        refusal());
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
  }

  private static CertificateBuilder leaf() {
    return new CertificateBuilder().subject("CN=edge").addSanDnsName("edge.test");
  }

  /** The key as openssl's older forms have it: what stands inside PKCS #8, without its frame. */
  private static String unframed(X509Bundle bundle, String label) {
    byte[] pkcs8 = bundle.getKeyPair().getPrivate().getEncoded();
    ByteBuffer der = ByteBuffer.wrap(pkcs8);
    enter(der);
    der.position(der.position() + 3);
    int algorithm = enter(der);
    der.position(der.position() + algorithm);
    byte[] inner = new byte[enter(der)];
    der.get(inner);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(inner), label);
  }

  /** Goes past a tag and its length, which it returns. */
  private static int enter(ByteBuffer der) {
    der.get();
    int first = der.get() & 0xff;
    int length = first < 0x80 ? first : 0;
    for (int bytes = first < 0x80 ? 0 : first - 0x80; bytes > 0; bytes--) {
      length = length << 8 | der.get() & 0xff;
    }
    return length;
  }

  @Test
  void eachFormOfAPrivateKeyIsRead() throws Exception {
    X509Bundle elliptic = leaf().ecp256().buildIssuedBy(authority("CA"));
    X509Bundle rsa = leaf().rsa2048().buildIssuedBy(authority("CA"));

    Files.writeString(chain, elliptic.getCertificatePathPEM());
    for (String pem : List.of(elliptic.getPrivateKeyPEM(), unframed(elliptic, "EC PRIVATE KEY"))) {
      Files.writeString(key, pem);
      assertEquals("CN=edge", read().leaf().getSubjectX500Principal().getName());
    }
    Files.writeString(chain, rsa.getCertificatePathPEM());
    for (String pem : List.of(rsa.getPrivateKeyPEM(), unframed(rsa, "RSA PRIVATE KEY"))) {
      Files.writeString(key, pem);
      assertEquals("CN=edge", read().leaf().getSubjectX500Principal().getName());
    }
  }

  @Test
  void theKeyOfAnotherCertificateIsRefused() throws Exception {
    for (CertificateBuilder.Algorithm algorithm :
        List.of(CertificateBuilder.Algorithm.ecp256, CertificateBuilder.Algorithm.rsa2048)) {
      X509Bundle other = leaf().algorithm(algorithm).buildIssuedBy(authority("CA"));
      Files.writeString(key, other.getPrivateKeyPEM());

      assertEquals(
          "edge.certificate: "
              + chain
              + " begins with CN=edge, which is not the certificate of the key in"
              + " edge.private-key: "
              + key,
          refusal());
    }
  }

  @Test
  void aCertificateThatIsNotPemIsRefused() throws Exception {
    X509Bundle edge = leaf().ecp256().buildIssuedBy(authority("CA"));
    Files.writeString(key, edge.getPrivateKeyPEM());
    Files.write(chain, edge.getCertificate().getEncoded());

    assertTrue(refusal().contains("it has no -----BEGIN CERTIFICATE-----"));
  }

  @Test
  void aChainInTheWrongOrderIsRefused() throws Exception {
    X509Bundle authority = authority("CA");
    X509Bundle edge = leaf().ecp256().buildIssuedBy(authority);
    Files.writeString(key, edge.getPrivateKeyPEM());

    Files.writeString(chain, authority.getCertificatePEM() + edge.getCertificatePEM());
    assertEquals(
        "edge.certificate: " + chain + " has to begin with the certificate of the key, CN=edge",
        refusal());

    Files.writeString(chain, edge.getCertificatePEM() + authority("Other").getCertificatePEM());
    assertTrue(refusal().contains("holds CN=Other after CN=edge, which it did not issue"));
  }

  @Test
  void aCertificateWhoseKeyMayNotSignIsRefused() throws Exception {
    for (CertificateBuilder.Algorithm algorithm :
        List.of(CertificateBuilder.Algorithm.ecp256, CertificateBuilder.Algorithm.rsa2048)) {
      for (KeyUsage other : List.of(KeyUsage.keyCertSign, KeyUsage.keyEncipherment)) {
        serve(leaf().algorithm(algorithm).setKeyUsage(true, other));
        assertTrue(refusal().contains("CN=edge, whose key usage does not allow digitalSignature"));
      }
      serve(leaf().algorithm(algorithm).setKeyUsage(true, KeyUsage.digitalSignature));
      assertEquals("CN=edge", read().leaf().getSubjectX500Principal().getName());
    }
  }

  @Test
  void aCertificateThatWantsAnOcspResponseIsRefused() throws Exception {
    byte[] statusRequest = {0x30, 3, 2, 1, 5};
    serve(leaf().ecp256().addExtensionOctetString("1.3.6.1.5.5.7.1.24", false, statusRequest));

    assertTrue(refusal().contains("must-staple"));
  }

  private void serve(CertificateBuilder wanted) throws Exception {
    X509Bundle bundle = wanted.buildIssuedBy(authority("CA"));
    Files.writeString(chain, bundle.getCertificatePathPEM());
    Files.writeString(key, bundle.getPrivateKeyPEM());
  }

  @Test
  void aKeyOfAnotherKindIsRefused() throws Exception {
    serve(leaf().algorithm(CertificateBuilder.Algorithm.ed25519));

    assertTrue(refusal().contains("has an EdDSA key; expected"), this::refusal);
  }

  @Test
  void aKeyUnderAPassphraseIsRefused() throws Exception {
    String pem = Files.readString(key).replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    Files.writeString(key, pem);

    assertTrue(refusal().endsWith("expected one without a passphrase"));
  }
}
