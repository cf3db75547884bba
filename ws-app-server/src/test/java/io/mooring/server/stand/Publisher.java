package io.mooring.server.stand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;

/** Somebody who asks a server's API by HTTP. */
public final class Publisher implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI server;
  private final String[] headers;

  /**
   * @param headers of every request, names and values in turn
   */
  public Publisher(int port, String... headers) {
    this.server = URI.create("http://127.0.0.1:" + port);
    this.headers = headers;
  }

  /**
   * An answer.
   *
   * @param body as text
   */
  public record Answer(int status, String body, HttpResponse<String> response) {
    public JsonNode json() throws IOException {
      return JSON.readTree(body);
    }

    public String code() throws IOException {
      return json().path("code").asText();
    }

    public Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }
  }

  /**
   * @param path below {@code /api/v1/}
   * @param more headers, names and values in turn
   */
  public Answer ask(String method, String path, String body, String... more) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve("/api/v1/" + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    for (String[] some : new String[][] {headers, more}) {
      for (int i = 0; i < some.length; i += 2) {
        request.header(some[i], some[i + 1]);
      }
    }
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body(), response);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  public Answer get(String path, String... more) throws IOException {
    return ask("GET", path, "", more);
  }

  /** Publishes, and returns the position as {@code epoch:off:tag}. */
  public String publish(String body) throws IOException {
    Answer answer = ask("POST", "publish", body);
    if (answer.status() != 200) {
      throw new IOException(answer.status() + " " + answer.body());
    }
    return position(answer.json());
  }

  /** {@code epoch:off:tag} of whatever has them. */
  public static String position(JsonNode json) {
    return json.path("epoch").asText()
        + ":"
        + json.path("off").asText()
        + ":"
        + json.path("tag").asText();
  }

  @Override
  public void close() {
    http.close();
  }
}
