package io.mooring.cli.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Plain HTTP requests with short answers. */
public final class Http {
  private static final Duration CONNECT = Duration.ofMillis(500);
  private static final Duration READ = Duration.ofSeconds(2);

  private Http() {}

  /** What came back; any status, none is an exception. */
  public record Answer(int status, String body) {}

  /**
   * A GET, answered within some two seconds.
   *
   * @param bearer a token for the Authorization header
   * @throws IOException when nobody listens, or no answer comes
   */
  public static Answer get(URI uri, Optional<String> bearer) throws IOException {
    return send("GET", uri, bearer, Optional.empty(), READ);
  }

  /**
   * @param bearer a token for the Authorization header
   * @param json the body
   * @param patience until the answer begins
   * @throws IOException when nobody listens, or no answer comes
   */
  static Answer send(
      String method, URI uri, Optional<String> bearer, Optional<String> json, Duration patience)
      throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout((int) CONNECT.toMillis());
    connection.setReadTimeout((int) patience.toMillis());
    bearer.ifPresent(token -> connection.setRequestProperty("Authorization", "Bearer " + token));
    if (json.isPresent()) {
      connection.setRequestProperty("Content-Type", "application/json");
      connection.setDoOutput(true);
      connection.getOutputStream().write(json.get().getBytes(StandardCharsets.UTF_8));
    }
    int status = connection.getResponseCode();
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new Answer(
          status,
          body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }
}
