package io.mooring.authfilter;

import io.mooring.registry.Grammar;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query of a handshake. A token in it is refused, under whatever name: a URL ends up in logs,
 * in histories and at the server.
 *
 * @param present whether there was a question mark
 * @param service which service a first connect asks for; absent: the default one
 */
record Query(boolean present, @Nullable String service) {
  static final Query NONE = new Query(false, null);

  private static final int LONGEST = 1024;
  private static final String STEP = "query";
  private static final Set<String> TOKEN_NAMES =
      Set.of("token", "access_token", "id_token", "auth_token", "jwt", "bearer", "authorization");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** A compact JWT: {@code eyJ} is how the text {@code {"} begins in base64. */
  private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]+\\.");

  /**
   * @throws RefusedException if it holds a token, or a name or encoding that could hide one
   */
  static Query parse(String text) {
    if (text.length() > LONGEST) {
      throw RefusedException.forbidden(STEP, "longer than " + LONGEST + " characters");
    }
    String service = null;
    for (String parameter : text.split("&", -1)) {
      if (parameter.isEmpty()) {
        continue;
      }
      int equals = parameter.indexOf('=');
      String name = equals < 0 ? parameter : parameter.substring(0, equals);
      String value = decoded(equals < 0 ? "" : parameter.substring(equals + 1));
      if (!NAME.matcher(name).matches()) {
        throw RefusedException.forbidden(STEP, "a name does not fit [A-Za-z0-9_.-]{1,64}");
      }
      if (TOKEN_NAMES.contains(name) || JWT.matcher(value).find()) {
        throw RefusedException.badAuth(
            STEP,
            "a token never goes into the URL; send it as Authorization: Bearer, or offer the"
                + " subprotocol bearer.<token>");
      }
      if (name.equals("service")) {
        if (service != null || !Grammar.SERVICE.matches(value)) {
          throw RefusedException.forbidden(
              STEP, "service is not once " + Grammar.SERVICE.expression());
        }
        service = value;
      }
    }
    return new Query(true, service);
  }

  private static String decoded(String value) {
    try {
      return value.indexOf('%') < 0 ? value : URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw RefusedException.forbidden(
          STEP, "a value is not percent-encoded (RFC 3986 section 2.1)");
    }
  }
}
