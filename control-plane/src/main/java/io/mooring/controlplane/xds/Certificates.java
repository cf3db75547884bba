package io.mooring.controlplane.xds;

import com.google.protobuf.ByteString;
import io.mooring.process.StartException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Where the edge's certificate and session ticket keys come from: files, read when asked. */
final class Certificates {
  private static final int TICKET_KEY_BYTES = 80;

  private final EdgeConfig config;

  /**
   * @param config must name a certificate
   */
  Certificates(EdgeConfig config) {
    this.config = config;
  }

  /**
   * @param certificateChain PEM
   * @param privateKey PEM
   * @param ticketKeys 80 bytes each; the first encrypts, all decrypt
   */
  record Material(
      ByteString certificateChain, ByteString privateKey, List<ByteString> ticketKeys) {}

  /**
   * What the files hold now.
   *
   * @throws StartException naming the key, the file, and what was expected in it
   */
  Material read() {
    byte[] chain = file("edge.certificate", config.certificate());
    try {
      if (CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(chain))
          .isEmpty()) {
        throw new CertificateException("it holds none");
      }
    } catch (CertificateException notOne) {
      throw new StartException(
          "edge.certificate: %s is not a chain of PEM certificates: %s"
              .formatted(config.certificate(), notOne.getMessage()),
          notOne);
    }
    byte[] key = file("edge.private-key", config.privateKey());
    if (!new String(key, StandardCharsets.US_ASCII).contains("PRIVATE KEY-----")) {
      throw new StartException(
          "edge.private-key: %s is not a PEM private key".formatted(config.privateKey()), null);
    }
    return new Material(ByteString.copyFrom(chain), ByteString.copyFrom(key), ticketKeys(key));
  }

  private List<ByteString> ticketKeys(byte[] privateKey) {
    byte[] keys =
        config.sharedTickets()
            ? file("edge.ticket-keys", config.ticketKeys())
            : derivedTicketKey(privateKey);
    if (keys.length == 0 || keys.length % TICKET_KEY_BYTES != 0) {
      throw new StartException(
          "edge.ticket-keys: %s holds %d bytes; expected 80 random bytes for each key"
              .formatted(config.ticketKeys(), keys.length),
          null);
    }
    List<ByteString> split = new ArrayList<>();
    for (int start = 0; start < keys.length; start += TICKET_KEY_BYTES) {
      split.add(ByteString.copyFrom(keys, start, TICKET_KEY_BYTES));
    }
    return List.copyOf(split);
  }

  /** The same for all control planes that serve the same private key, and after a restart. */
  private static byte[] derivedTicketKey(byte[] privateKey) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(privateKey, "HmacSHA256"));
      ByteBuffer key = ByteBuffer.allocate(3 * mac.getMacLength());
      for (int block = 0; key.hasRemaining(); block++) {
        key.put(mac.doFinal(("edge-ticket-keys/" + block).getBytes(StandardCharsets.US_ASCII)));
      }
      return Arrays.copyOf(key.array(), TICKET_KEY_BYTES);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] file(String key, Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException unreadable) {
      throw new StartException(
          "%s: %s cannot be read: %s".formatted(key, path, unreadable), unreadable);
    }
  }
}
