package io.mooring.cli.keys;

import io.mooring.cli.state.StateFolder;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;

/**
 * The files of {@code keys/}. {@link #ensure} makes those that are missing; the others survive a
 * restart, so that tokens, pins and trust in the CA do too.
 */
public record DevelopmentKeys(Path folder) {
  /** AES-256 ticket keys of Envoy: name, HMAC key, encryption key. */
  public static final int TICKET_KEY_BYTES = 80;

  private static final int REGISTRATION_TOKEN_BYTES = 32;

  /** Signs the identity header and conn_ids. */
  public Path master() {
    return folder.resolve("master.key");
  }

  /** The public half of {@link #issuer}, for those who verify tokens. */
  public Path jwks() {
    return folder.resolve("jwks.json");
  }

  /** Signs development tokens. */
  public Path issuer() {
    return folder.resolve("issuer.jwk");
  }

  /** The self-made CA, for clients to trust. */
  public Path ca() {
    return folder.resolve("ca.pem");
  }

  Path caKey() {
    return folder.resolve("ca.key");
  }

  /** The certificate of the edge, for localhost, and its chain. */
  public Path edge() {
    return folder.resolve("edge.pem");
  }

  public Path edgeKey() {
    return folder.resolve("edge.key");
  }

  /** Shared by all Envoys, so that a TLS session resumes at any of them. */
  public Path ticketKey() {
    return folder.resolve("ticket.key");
  }

  /** What a server shows to register. */
  public Path registrationToken() {
    return folder.resolve("registration.token");
  }

  /** Makes what is missing, and a new edge certificate when the old one is about to expire. */
  public void ensure(InstantSource clock) {
    if (!Files.exists(master())) {
      write(master(), MasterKeys.generate("dev-1"));
    }
    if (!Files.exists(issuer()) || !Files.exists(jwks())) {
      TokenIssuer.create(issuer(), jwks(), clock);
    }
    EdgeCertificate.ensure(this, clock.instant());
    if (!Files.exists(ticketKey())) {
      StateFolder.write(ticketKey(), random(TICKET_KEY_BYTES));
    }
    if (!Files.exists(registrationToken())) {
      write(
          registrationToken(),
          Base64.getUrlEncoder().withoutPadding().encodeToString(random(REGISTRATION_TOKEN_BYTES)));
    }
  }

  private static byte[] random(int bytes) {
    byte[] secret = new byte[bytes];
    new SecureRandom().nextBytes(secret);
    return secret;
  }

  private static void write(Path file, String text) {
    StateFolder.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }
}
