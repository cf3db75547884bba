package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.UUID;

/**
 * Makes tokens for development and tests. A production fleet takes those of its own identity
 * provider and never sees a private key.
 *
 * <p>RS256, because a verify costs 26 µs where ES256 costs 290 µs (JDK 25, nimbus 10.10, one core
 * of the benchmark machine), and an edge verifies far more often than it signs.
 */
public final class TokenIssuer {
  /** {@code iss} of development tokens. */
  public static final String ISSUER = "mooring-dev";

  /** {@code aud} of every token for Mooring. */
  public static final String AUDIENCE = "mooring";

  private static final int KEY_BITS = 2048;

  private final JWSHeader header;
  private final JWSSigner signer;
  private final String headerPart;
  private final InstantSource clock;

  private TokenIssuer(RSAKey key, InstantSource clock) throws JOSEException, IOException {
    this.header = new JWSHeader(JWSAlgorithm.RS256);
    this.signer = new RSASSASigner(key);
    this.headerPart = header(key.getKeyID());
    this.clock = clock;
  }

  /**
   * Makes a key pair and writes both halves, replacing what was there.
   *
   * @param privateKey the private key as a JWK, readable by its owner only; conventionally {@code
   *     issuer.jwk}
   * @param jwks the public key as a JWKS for the verifiers; conventionally {@code jwks.json}
   * @throws KeyFileException if a file cannot be written
   */
  public static TokenIssuer create(Path privateKey, Path jwks, InstantSource clock) {
    try {
      RSAKey key =
          new RSAKeyGenerator(KEY_BITS)
              .keyUse(KeyUse.SIGNATURE)
              .algorithm(JWSAlgorithm.RS256)
              .keyID("dev-" + UUID.randomUUID().toString().substring(0, 8))
              .generate();
      writeSecret(privateKey, key.toJSONString() + "\n");
      Files.writeString(jwks, new JWKSet(key).toString() + "\n", UTF_8);
      return new TokenIssuer(key, clock);
    } catch (IOException unwritable) {
      throw new KeyFileException("cannot write the token keys: " + unwritable, unwritable);
    } catch (JOSEException everyJdkHasRsa) {
      throw new IllegalStateException(everyJdkHasRsa);
    }
  }

  /**
   * Takes a private key that {@link #create} wrote.
   *
   * @throws KeyFileException naming the file, and what is wrong with it
   */
  public static TokenIssuer read(Path privateKey, InstantSource clock) {
    try {
      JWK jwk = JWK.parse(Files.readString(privateKey, UTF_8));
      if (!(jwk instanceof RSAKey key) || !key.isPrivate() || key.getKeyID() == null) {
        throw new KeyFileException(privateKey + " is not a private RSA key with a kid");
      }
      return new TokenIssuer(key, clock);
    } catch (IOException unreadable) {
      throw new KeyFileException(
          "cannot read the token issuer's key " + privateKey + ": " + unreadable, unreadable);
    } catch (ParseException | JOSEException malformed) {
      throw new KeyFileException(privateKey + " is not a JWK (RFC 7517)", malformed);
    }
  }

  /** A signed token in compact form, with a fresh {@code jti}. */
  public String issue(Grant grant) {
    try {
      String signed = headerPart + "." + Base64Url.encode(payload(grant));
      return signed + "." + signer.sign(header, signed.getBytes(US_ASCII));
    } catch (JOSEException | IOException keyWasChecked) {
      throw new IllegalStateException(keyWasChecked);
    }
  }

  private static String header(String kid) throws IOException {
    ByteArrayBuilder bytes = new ByteArrayBuilder();
    try (JsonGenerator json = StrictJson.FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("alg", "RS256");
      json.writeStringField("kid", kid);
      json.writeStringField("typ", "JWT");
      json.writeEndObject();
    }
    return Base64Url.encode(bytes.toByteArray());
  }

  private byte[] payload(Grant grant) throws IOException {
    long now = Math.floorDiv(clock.millis(), 1000L);
    ByteArrayBuilder bytes = new ByteArrayBuilder();
    try (JsonGenerator json = StrictJson.FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("iss", ISSUER);
      json.writeStringField("aud", AUDIENCE);
      json.writeStringField("sub", grant.sub());
      json.writeNumberField("exp", now + grant.lifetime().toSeconds());
      json.writeNumberField("iat", now);
      json.writeStringField("jti", UUID.randomUUID().toString());
      if (grant.tenant().isPresent()) {
        json.writeStringField("tenant", grant.tenant().get());
      }
      json.writeStringField("role", grant.role());
      grant.channels().write(json);
      Info.write(json, grant.info());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  // Created with its permissions, so that there is no moment at which others could read it.
  private static void writeSecret(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (SeekableByteChannel channel =
        posix
            ? Files.newByteChannel(
                file,
                options,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
            : Files.newByteChannel(file, options)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
