package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.KEYS;

import io.mooring.cli.keys.CertificateException;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.keys.EdgeCertificate;
import io.mooring.cli.state.StateFolder;
import io.mooring.token.JwksFile;
import io.mooring.token.KeyFileException;
import io.mooring.token.MasterKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files of {@code keys/}: there, readable by their owner only, valid, fitting together. */
final class KeyCheck {
  private static final Duration SOON = Duration.ofDays(30);

  private KeyCheck() {}

  /**
   * @param up whether a tier uses them
   */
  static List<Finding> findings(DevelopmentKeys keys, Instant now, boolean up, StateFolder state) {
    if (!Files.exists(keys.master())) {
      return List.of(Finding.ok(KEYS, "none yet; %s makes them".formatted(state.command("up"))));
    }
    List<Finding> findings = new ArrayList<>();
    String again = "move it away and have a new one made by %s: ".formatted(state.command("up"));
    findings.add(
        readable("master key", again + keys.master(), () -> MasterKeys.read(keys.master())));
    findings.add(readable("token keys", again + keys.jwks(), () -> new JwksFile(keys.jwks())));
    findings.add(certificate(keys, now, up, state));
    findings.add(tickets(keys, again));
    for (Path secret :
        List.of(
            keys.master(),
            keys.issuer(),
            keys.edgeKey(),
            keys.ticketKey(),
            keys.registrationToken())) {
      if (Files.exists(secret) && othersMayRead(secret)) {
        findings.add(
            Finding.failed(KEYS, secret + " can be read by others", "chmod 600 " + secret));
      }
    }
    return findings;
  }

  private static Finding readable(String name, String hint, Runnable reading) {
    try {
      reading.run();
      return Finding.ok(KEYS, name);
    } catch (KeyFileException unusable) {
      return Finding.failed(KEYS, String.valueOf(unusable.getMessage()), hint);
    }
  }

  private static Finding certificate(
      DevelopmentKeys keys, Instant now, boolean up, StateFolder state) {
    String renewal = renewed(state) + " makes a new one";
    String repair =
        "put a usable %s there, or move both away: %s makes new ones%s"
            .formatted(
                keys.edge().getFileName() + " and " + keys.edgeKey().getFileName(),
                up ? renewed(state) : state.command("up"),
                up ? "; until then the Envoys keep the old one" : "");
    try {
      X509Certificate edge = EdgeCertificate.read(keys.edge());
      edge.verify(EdgeCertificate.read(keys.ca()).getPublicKey());
      if (!EdgeCertificate.belongs(keys.edgeKey(), edge)) {
        return Finding.failed(
            KEYS, "%s is not the private key of %s".formatted(keys.edgeKey(), keys.edge()), repair);
      }
      Instant end = edge.getNotAfter().toInstant();
      String what = "edge certificate, valid until " + end;
      if (end.isBefore(now)) {
        return Finding.failed(KEYS, "the edge certificate expired at " + end, renewal);
      }
      return end.isBefore(now.plus(SOON))
          ? Finding.warning(KEYS, what, renewal)
          : Finding.ok(KEYS, what);
    } catch (CertificateException unreadable) {
      return Finding.failed(KEYS, String.valueOf(unreadable.getMessage()), repair);
    } catch (GeneralSecurityException foreign) {
      return Finding.failed(
          KEYS, "%s was not issued by %s".formatted(keys.edge(), keys.ca()), repair);
    }
  }

  private static String renewed(StateFolder state) {
    return "%s, then %s".formatted(state.command("down"), state.command("up"));
  }

  private static Finding tickets(DevelopmentKeys keys, String again) {
    try {
      long bytes = Files.size(keys.ticketKey());
      return bytes > 0 && bytes % DevelopmentKeys.TICKET_KEY_BYTES == 0
          ? Finding.ok(KEYS, "session ticket keys: one file for all control planes")
          : Finding.failed(
              KEYS,
              "%s has %d bytes, expected %d or a multiple"
                  .formatted(keys.ticketKey(), bytes, DevelopmentKeys.TICKET_KEY_BYTES),
              again + keys.ticketKey());
    } catch (IOException missing) {
      return Finding.warning(
          KEYS,
          "no session ticket keys at %s: a session resumes only while the private key stays"
              .formatted(keys.ticketKey()),
          again + keys.ticketKey());
    }
  }

  private static boolean othersMayRead(Path file) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      return permissions.contains(PosixFilePermission.GROUP_READ)
          || permissions.contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the permissions of " + file, unreadable);
    }
  }
}
