package io.mooring.token;

import static io.mooring.token.Forge.CLAIMS;
import static io.mooring.token.Forge.header;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwksFileTest {
  private static final Forge FORGE = new Forge();

  private static final long A_SECOND = 1_000_000_000L;

  private final AtomicLong nanos = new AtomicLong();
  @TempDir Path folder;

  @Test
  void aChangedFileIsReadAgain() throws IOException {
    JwksFile jwks = new JwksFile(write(FORGE.jwks()), nanos::get);
    var verifier = new TokenVerifier(jwks, "me", "mooring", () -> Instant.ofEpochSecond(Forge.NOW));
    String token = FORGE.rs256(header("RS256", "rsa"), CLAIMS);
    long before = jwks.version();

    write(Forge.jwks(FORGE.ec.toPublicJWK()));

    assertInstanceOf(Verification.Accepted.class, verifier.verify(token));
    nanos.addAndGet(A_SECOND);
    assertNotEquals(before, jwks.version());
    var refusal = assertInstanceOf(Verification.Refused.class, verifier.verify(token));
    assertEquals("kid \"rsa\" is not in the JWKS", refusal.detail());
  }

  @Test
  void aFileThatBecameUnusableLeavesTheKeysUntilItIsWholeAgain() throws IOException {
    JwksFile jwks = new JwksFile(write(Forge.jwks(FORGE.rsa.toPublicJWK())), nanos::get);
    long before = jwks.version();
    String whole = FORGE.jwks();

    write(whole.substring(0, whole.length() / 2));
    nanos.addAndGet(A_SECOND);
    assertEquals(before, jwks.version());
    assertNotNull(jwks.key("rsa"));

    Files.delete(folder.resolve("jwks.json"));
    nanos.addAndGet(A_SECOND);
    assertNotNull(jwks.key("rsa"));

    write(whole);
    nanos.addAndGet(A_SECOND);
    assertNotNull(jwks.key("rsa"));
    assertNotNull(jwks.key("ec"));
  }

  @Test
  void keysForOtherPurposesArePassedOver() throws IOException, JOSEException {
    RSAKey encrypts = new RSAKey.Builder(FORGE.rsa).keyID("enc").keyUse(KeyUse.ENCRYPTION).build();
    RSAKey pss = new RSAKey.Builder(FORGE.rsa).keyID("pss").algorithm(JWSAlgorithm.PS256).build();
    RSAKey anything = new RSAKey.Builder(FORGE.rsa).keyID("any").algorithm(null).build();

    JwksFile jwks =
        new JwksFile(
            write(
                Forge.jwks(
                    encrypts.toPublicJWK(),
                    pss.toPublicJWK(),
                    anything.toPublicJWK(),
                    FORGE.ec.toPublicJWK())));

    assertNotNull(jwks.key("ec"));
    assertNull(jwks.key("enc"));
    assertNull(jwks.key("pss"));
    assertNull(jwks.key("any"));
  }

  @Test
  void aFileWithoutAnyKeyToVerifyWithIsRefused() throws IOException {
    refused("{\"keys\":[]}", "has no key that verifies tokens");
  }

  @Test
  void aFileThatIsNoJwksIsRefused() throws IOException {
    refused("[]", "is not a JWKS");
    refused("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"alg\":\"RS256\"}]}", "is not a JWKS");
    refused("", "is not a JWKS");
  }

  @Test
  void aMissingFileIsNamed() {
    Path none = folder.resolve("none.json");

    var refusal = assertThrows(KeyFileException.class, () -> new JwksFile(none));

    assertTrue(
        String.valueOf(refusal.getMessage()).startsWith("cannot read the JWKS file " + none));
  }

  @Test
  void anAlgorithmThatDoesNotGoWithTheKindOfKeyIsRefused() throws IOException, JOSEException {
    RSAKey mixed = new RSAKey.Builder(FORGE.rsa).algorithm(JWSAlgorithm.HS256).build();
    JWK p384 = new ECKeyGenerator(Curve.P_384).keyID("p").algorithm(JWSAlgorithm.ES256).generate();

    refused(Forge.jwks(mixed.toPublicJWK()), "alg HS256 does not go with kty RSA");
    refused(Forge.jwks(p384.toPublicJWK()), "alg ES256 does not go with kty EC");
  }

  @Test
  void aShortRsaKeyIsRefused() throws IOException {
    refused(
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"s\",\"alg\":\"RS256\",\"e\":\"AQAB\",\"n\":\""
            + Base64Url.encode(new BigInteger(1, filled(128)).toByteArray())
            + "\"}]}",
        "expected at least 2048");
  }

  @Test
  void aShortSecretIsRefused() throws IOException {
    refused(
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"s\",\"alg\":\"HS256\",\"k\":\"AAEC\"}]}",
        "\"s\" is unusable");
  }

  @Test
  void theSameKidTwiceIsRefused() throws IOException {
    refused(
        Forge.jwks(FORGE.rsa.toPublicJWK(), FORGE.strangerRsa.toPublicJWK())
            .replace("\"kid\":\"rsa\"", "\"kid\":\"rsa\",\"alg\":\"RS256\"")
            .replace("\"alg\":\"RS256\",\"alg\":\"RS256\"", "\"alg\":\"RS256\""),
        "twice");
  }

  @Test
  void aKeyWithoutKidIsRefused() throws IOException {
    refused(FORGE.jwks().replace("\"kid\":\"ec\",", ""), "has a key without kid");
  }

  private void refused(String text, String message) throws IOException {
    Path file = write(text);
    var refusal = assertThrows(KeyFileException.class, () -> new JwksFile(file));
    assertTrue(String.valueOf(refusal.getMessage()).contains(file.toString()));
    assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.getMessage());
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("jwks.json"), text);
  }
}
