package io.mooring.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that may sign tokens: a JWKS file (RFC 7517), read again within a second of a change. A
 * file that became unusable leaves the keys in place that it had, and is tried again. Safe for use
 * by many threads.
 *
 * <p>Each key has a {@code kid} and an {@code alg} of its own, RS256, ES256 or HS256, and verifies
 * nothing else. Keys for encryption and keys of other algorithms are passed over with a warning.
 */
public final class JwksFile {
  private static final Logger log = LoggerFactory.getLogger(JwksFile.class);
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SHORTEST_RSA_BITS = 2048;

  /** What verifies the tokens of one {@code kid}. */
  record Key(JWSAlgorithm alg, JWSHeader header, JWSVerifier verifier) {}

  private record Stamp(FileTime modified, long bytes, @Nullable Object inode) {}

  private record Content(long version, Stamp stamp, Map<String, Key> keys) {}

  private final Path file;
  private final LongSupplier nanoTime;
  private final AtomicLong checkedNanos;
  private volatile Content content;
  private volatile String lastProblem = "";

  /**
   * Reads the file.
   *
   * @throws KeyFileException naming the file, and what is wrong in it
   */
  public JwksFile(Path file) {
    this(file, System::nanoTime);
  }

  JwksFile(Path file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    Stamp stamp = stamp();
    this.content = new Content(1, stamp, read());
    this.checkedNanos = new AtomicLong(nanoTime.getAsLong());
  }

  /**
   * Another number after each change of the keys: whatever was verified before is to be forgotten.
   */
  public long version() {
    return current().version;
  }

  @Nullable Key key(String kid) {
    return current().keys.get(kid);
  }

  private Content current() {
    long checked = checkedNanos.get();
    long now = nanoTime.getAsLong();
    if (now - checked >= CHECK_NANOS && checkedNanos.compareAndSet(checked, now)) {
      reload();
    }
    return content;
  }

  private void reload() {
    try {
      Stamp stamp = stamp();
      Content before = content;
      if (!stamp.equals(before.stamp)) {
        content = new Content(before.version + 1, stamp, read());
        log.info("event=jwks_reloaded file={} kids={}", file, content.keys.keySet());
      }
      lastProblem = "";
    } catch (KeyFileException problem) {
      String message = String.valueOf(problem.getMessage());
      if (!message.equals(lastProblem)) {
        lastProblem = message;
        log.warn("event=jwks_unusable reason=\"{}\" (the keys read before stay in force)", message);
      }
    }
  }

  private Stamp stamp() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException unreadable) {
      throw unreadable(unreadable);
    }
  }

  private Map<String, Key> read() {
    JWKSet set;
    try {
      set = JWKSet.parse(Files.readString(file, UTF_8));
    } catch (IOException unreadable) {
      throw unreadable(unreadable);
    } catch (ParseException malformed) {
      throw new KeyFileException(
          file + " is not a JWKS (RFC 7517): " + malformed.getMessage(), malformed);
    }
    Map<String, Key> keys = new HashMap<>();
    for (JWK jwk : set.getKeys()) {
      String kid = jwk.getKeyID();
      if (kid == null || kid.isEmpty()) {
        throw new KeyFileException(file + " has a key without kid");
      }
      Key key = key(kid, jwk);
      if (key != null && keys.put(kid, key) != null) {
        throw new KeyFileException(file + " has kid " + Quote.of(kid) + " twice");
      }
    }
    if (keys.isEmpty()) {
      throw new KeyFileException(
          file + " has no key that verifies tokens: each needs kid and alg RS256, ES256 or HS256");
    }
    return Map.copyOf(keys);
  }

  private @Nullable Key key(String kid, JWK jwk) {
    boolean signs = jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
    boolean verifies =
        jwk.getKeyOperations() == null
            || jwk.getKeyOperations().isEmpty()
            || jwk.getKeyOperations().contains(KeyOperation.VERIFY);
    String alg = jwk.getAlgorithm() == null ? "" : jwk.getAlgorithm().getName();
    if (!signs || !verifies || !TokenVerifier.ALGORITHMS.contains(alg)) {
      log.warn(
          "event=jwks_key_passed_over file={} kid={} alg={} use={}",
          file,
          kid,
          alg,
          jwk.getKeyUse());
      return null;
    }
    JWSAlgorithm algorithm = JWSAlgorithm.parse(alg);
    try {
      return new Key(algorithm, new JWSHeader(algorithm), verifier(kid, alg, jwk));
    } catch (JOSEException unusable) {
      throw new KeyFileException(
          file + " kid " + Quote.of(kid) + " is unusable: " + unusable.getMessage(), unusable);
    }
  }

  private JWSVerifier verifier(String kid, String alg, JWK jwk) throws JOSEException {
    if (jwk instanceof RSAKey rsa && alg.equals("RS256")) {
      if (rsa.size() < SHORTEST_RSA_BITS) {
        throw new KeyFileException(
            file
                + " kid "
                + Quote.of(kid)
                + " has "
                + rsa.size()
                + " bits, expected at least 2048");
      }
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    if (jwk instanceof ECKey ec && alg.equals("ES256") && ec.getCurve().equals(Curve.P_256)) {
      return new ECDSAVerifier(ec.toECPublicKey());
    }
    if (jwk instanceof OctetSequenceKey secret && alg.equals("HS256")) {
      return new MACVerifier(secret);
    }
    throw new KeyFileException(
        file
            + " kid "
            + Quote.of(kid)
            + ": alg "
            + alg
            + " does not go with kty "
            + jwk.getKeyType());
  }

  private KeyFileException unreadable(IOException problem) {
    return new KeyFileException("cannot read the JWKS file " + file + ": " + problem, problem);
  }
}
