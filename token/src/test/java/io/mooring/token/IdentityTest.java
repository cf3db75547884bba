package io.mooring.token;

import static io.mooring.token.Fixtures.IDENTITY;
import static io.mooring.token.Fixtures.NOW_MILLIS;
import static io.mooring.token.Fixtures.keys;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
  private final IdentitySigner signer = new IdentitySigner(keys("k1"), "app");
  private final IdentityVerifier verifier = verifier(keys("k1"), "app", NOW_MILLIS);

  @Test
  void aSignedIdentityComesBackAsItWas() {
    assertEquals(new IdentityCheck.Valid(IDENTITY), verifier.verify(signer.sign(IDENTITY)));
  }

  @Test
  void theOptionalPartsMayBeAbsentOrAllPresent() {
    Identity bare = with(Optional.empty(), Optional.empty());
    Identity full = with(Optional.of("\"4500\" ü"), Optional.of("{\"name\":\"ü\"}"));

    assertEquals(new IdentityCheck.Valid(bare), verifier.verify(signer.sign(bare)));
    assertEquals(new IdentityCheck.Valid(full), verifier.verify(signer.sign(full)));
  }

  @Test
  void theFormIsTheDocumentedOne() {
    String[] parts = signer.sign(IDENTITY).split("\\.");

    assertEquals(4, parts.length);
    assertEquals("1", parts[0]);
    assertEquals("k1", parts[1]);
    assertEquals(
        "{\"sub\":\"u17\",\"tenant\":\"acme\",\"role\":\"client\",\"channels\":{\"sub\":[\"demo.*\","
            + "\"user.$sub\"],\"pub\":[\"demo.*\"]},\"exp\":1790003600,\"jti\":\"t-1\",\"kid\":\"key-1\","
            + "\"conn\":\"conn_1\",\"base\":\"wss://localhost:8443\",\"path\":\"/ws/app-1/conn_1\","
            + "\"iat\":1790000000000,\"nonce\":\"AAECAwQFBgc\",\"rev\":7}",
        new String(Base64Url.decode(parts[2]), UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"-30000, true", "30000, true", "-30001, false", "30001, false", "9000000000, false"})
  void itIsValidFor30SecondsEitherWay(long later, boolean valid) {
    IdentityCheck check =
        verifier(keys("k1"), "app", NOW_MILLIS + later).verify(signer.sign(IDENTITY));

    assertEquals(valid, check instanceof IdentityCheck.Valid);
  }

  @Test
  void theHeaderOfAnotherServiceIsRefused() {
    refused(verifier(keys("k1"), "chat", NOW_MILLIS), signer.sign(IDENTITY), "for this service");
  }

  @Test
  void duringARotationBothKeysVerifyAndTheFirstSigns() {
    IdentityVerifier both = verifier(keys("k2", "k1"), "app", NOW_MILLIS);

    assertInstanceOf(IdentityCheck.Valid.class, both.verify(signer.sign(IDENTITY)));
    assertTrue(new IdentitySigner(keys("k2", "k1"), "app").sign(IDENTITY).startsWith("1.k2."));
    refused(
        verifier(keys("k2"), "app", NOW_MILLIS), signer.sign(IDENTITY), "key \"k1\" is not one");
  }

  @Test
  void aKnownKeyIdDoesNotVouchForAnotherSecret() {
    MasterKeys forged = MasterKeys.parse("forged", MasterKeys.generate("k1").lines().toList());

    refused(verifier, new IdentitySigner(forged, "app").sign(IDENTITY), "signature");
  }

  @Test
  void noSingleCharacterCanBeChanged() {
    String header = signer.sign(IDENTITY);

    for (int i = 0; i < header.length(); i++) {
      char other = header.charAt(i) == 'A' ? 'B' : 'A';
      String changed = header.substring(0, i) + other + header.substring(i + 1);
      assertInstanceOf(IdentityCheck.Invalid.class, verifier.verify(changed), changed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "...",
        "1.k1",
        "1.k1.e30",
        "1.k1.e30.",
        "1.k1.e30.AAAA",
        "1.k1.e30.AAAA.AAAA",
        "ü"
      })
  void aHeaderOfAnotherFormIsRefused(String header) {
    assertInstanceOf(IdentityCheck.Invalid.class, verifier.verify(header));
  }

  @Test
  void theSignatureHasOneSpelling() {
    String header = signer.sign(IDENTITY);

    refused(verifier, header + "=", "signature");
    refused(verifier, header + "\n", "signature");
    refused(verifier, header + ",1", "signature");
  }

  @Test
  void anotherVersionIsRefusedEvenWhenSigned() {
    refused(verifier, sign("2", "{}"), "version \"2\", expected 1");
    refused(verifier, sign("01", "{}"), "version \"01\", expected 1");
  }

  @Test
  void anOverlongHeaderIsRefused() {
    refused(verifier, "1.k1." + "A".repeat(64 * 1024), "longer than 16384");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"sub\":\"u17\"    | \"sub\":17                        | sub is a whole number, expected a string",
        "\"sub\":\"u17\"    | \"sub\":null                      | sub is null, expected a string",
        "\"sub\":\"u17\"    | \"sub\":\"u17\",\"sub\":\"root\"  | a member is there twice",
        "\"sub\":\"u17\",   | ~                                 | sub is missing",
        "\"exp\":1790003600 | \"exp\":\"1790003600\"            | exp is a string, expected a whole number",
        "\"exp\":1790003600 | \"exp\":1.79e9                    | exp is a number with a fraction",
        "\"exp\":1790003600 | \"exp\":99999999999999999999      | exp is a whole number, expected a whole number below 2^63",
        "\"iat\":1790000000000 | \"iat\":-9223372036854775808   | signed",
        "\"rev\":7          | \"rev\":7,\"admin\":true          | unknown member \"admin\"",
        "\"rev\":7          | \"rev\":[7]                       | rev is an array",
        "\"pub\":[\"demo.*\"] | \"pub\":[1]                     | channels.pub entry is a whole number",
        "\"pub\":[\"demo.*\"] | \"pub\":[\"a*b\"]               | channels.pub has \"a*b\"",
        "\"pub\":           | \"presence\":                     | channels has \"presence\"",
        "\"rev\":7}         | \"rev\":7} {}                     | text after the JSON object",
        "\"rev\":7}         | \"rev\":7                         | not JSON",
      })
  void signedJsonIsStillParsedStrictly(String part, String replacement, String reason) {
    String json = new String(IdentityJson.write(IDENTITY), UTF_8);
    assertTrue(json.contains(part));

    refused(
        verifier,
        sign("1", json.replace(part, replacement.equals("~") ? "" : replacement)),
        reason);
  }

  @Test
  void aNonceIs64BitsAndNeverTheSame() {
    assertEquals(11, IdentitySigner.nonce().length());
    assertNotEquals(IdentitySigner.nonce(), IdentitySigner.nonce());
  }

  private static Identity with(Optional<String> value, Optional<String> info) {
    return new Identity(
        "u17",
        value,
        "admin",
        Channels.NONE,
        1,
        value,
        "k",
        "c",
        "ws://h",
        "/ws",
        NOW_MILLIS,
        "n",
        0,
        value,
        info);
  }

  private static String sign(String version, String json) {
    String signed = version + ".k1." + Base64Url.encode(json.getBytes(UTF_8));
    Hmac key = keys("k1").derive("identity/app").getFirst().hmac();
    return signed + "." + Base64Url.encode(key.of(signed.getBytes(UTF_8)));
  }

  private static IdentityVerifier verifier(MasterKeys keys, String service, long millis) {
    return new IdentityVerifier(keys, service, () -> Instant.ofEpochMilli(millis));
  }

  private static void refused(IdentityVerifier verifier, String header, String reason) {
    var invalid = assertInstanceOf(IdentityCheck.Invalid.class, verifier.verify(header));
    assertTrue(invalid.reason().contains(reason), invalid.reason());
  }
}
