package io.mooring.controlplane.xds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
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
                100));
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
}
