package io.mooring.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.Arrays;

/** Keys of each kind, and tokens whose header and claims are any text. */
final class Forge {
  static final long NOW = Fixtures.NOW_MILLIS / 1000;
  static final String CLAIMS =
      "{\"iss\":\"me\",\"aud\":\"mooring\",\"sub\":\"u17\",\"exp\":1790003600,\"iat\":1790000000,"
          + "\"jti\":\"t1\",\"role\":\"client\",\"channels\":{\"sub\":[\"demo.*\"],\"pub\":[]}}";

  final RSAKey rsa;
  final RSAKey strangerRsa;
  final ECKey ec;
  final OctetSequenceKey secret;

  Forge() {
    try {
      rsa = new RSAKeyGenerator(2048).keyID("rsa").algorithm(JWSAlgorithm.RS256).generate();
      strangerRsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
      ec = new ECKeyGenerator(Curve.P_256).keyID("ec").algorithm(JWSAlgorithm.ES256).generate();
      secret =
          new OctetSequenceKeyGenerator(256)
              .keyID("secret")
              .keyUse(KeyUse.SIGNATURE)
              .algorithm(JWSAlgorithm.HS256)
              .generate();
    } catch (JOSEException everyJdkHasThem) {
      throw new IllegalStateException(everyJdkHasThem);
    }
  }

  String jwks() {
    return jwks(rsa.toPublicJWK(), ec.toPublicJWK(), secret);
  }

  static String jwks(JWK... keys) {
    return new JWKSet(Arrays.asList(keys)).toString(false);
  }

  static String header(String alg, String kid) {
    return "{\"alg\":\"" + alg + "\",\"kid\":\"" + kid + "\",\"typ\":\"JWT\"}";
  }

  String rs256(String header, String claims) {
    return sign(header, claims, JWSAlgorithm.RS256, rsa);
  }

  /** Signs by {@code alg} with {@code key}, whatever the header says. */
  static String sign(String header, String claims, JWSAlgorithm alg, JWK key) {
    try {
      JWSSigner signer =
          switch (key) {
            case RSAKey rsa -> new RSASSASigner(rsa);
            case ECKey ec -> new ECDSASigner(ec);
            case OctetSequenceKey secret -> new MACSigner(secret);
            default -> throw new IllegalArgumentException("no signer for " + key.getKeyType());
          };
      String signed = unsigned(header, claims);
      return signed + "." + signer.sign(new JWSHeader(alg), signed.getBytes(US_ASCII));
    } catch (JOSEException badKey) {
      throw new IllegalStateException(badKey);
    }
  }

  static String unsigned(String header, String claims) {
    return Base64Url.encode(header.getBytes(UTF_8))
        + "."
        + Base64Url.encode(claims.getBytes(UTF_8));
  }
}
