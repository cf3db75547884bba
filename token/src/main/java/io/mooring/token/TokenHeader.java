package io.mooring.token;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JOSE header of a token (RFC 7515 section 4), reduced to what counts.
 *
 * @param alg the algorithm that the token claims; empty if absent
 * @param ownKey the first member by which the token names or carries a key of its own
 * @param critical whether it has {@code crit}: extensions that must be understood, and none is
 */
record TokenHeader(
    String alg,
    @Nullable String kid,
    @Nullable String typ,
    @Nullable String ownKey,
    boolean critical) {
  private static final Set<String> OWN_KEYS = Set.of("jku", "jwk", "x5u", "x5c");

  /**
   * @throws IOException if the bytes are not strict JSON
   * @throws StrictJson.ShapeException if a member has the wrong type
   */
  static TokenHeader read(byte[] bytes) throws IOException {
    String alg = "";
    String kid = null;
    String typ = null;
    String ownKey = null;
    boolean critical = false;
    try (JsonParser json = StrictJson.FACTORY.createParser(bytes)) {
      StrictJson.begin(json);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String member = json.currentName();
        json.nextToken();
        switch (member) {
          case "alg" -> alg = StrictJson.text(json, member);
          case "kid" -> kid = StrictJson.text(json, member);
          case "typ" -> typ = StrictJson.text(json, member);
          default -> {
            ownKey = ownKey == null && OWN_KEYS.contains(member) ? member : ownKey;
            critical |= member.equals("crit");
            json.skipChildren();
          }
        }
      }
      StrictJson.end(json);
    }
    return new TokenHeader(alg, kid, typ, ownKey, critical);
  }
}
