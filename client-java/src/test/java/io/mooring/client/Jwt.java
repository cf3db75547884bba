package io.mooring.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** Tokens that look like JSON Web Tokens, which is all that a client sees of them. */
final class Jwt {
  private Jwt() {}

  /** One that ends so many seconds after the hand timers' start. */
  static String ending(long seconds, String name) {
    return part("{\"alg\":\"none\"}")
        + "."
        + part("{\"sub\":\"u\",\"exp\":" + (HandTimers.START_SECONDS + seconds) + "}")
        + "."
        + name;
  }

  private static String part(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
  }
}
