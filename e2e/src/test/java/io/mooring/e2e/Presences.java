package io.mooring.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;

/** What the HTTP API of a tier answers of presence. */
final class Presences implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String api;
  private final String token;

  Presences(Tier tier) {
    api = tier.addresses().path("api").asText();
    token =
        tier.token("--sub", "reader", "--role", "publisher", "--channels", "demo.*", "--ttl", "1h");
  }

  /** The servers on which a user is online. */
  Set<String> servers(String user) {
    Set<String> servers = new TreeSet<>();
    get("/presence/users/" + user).path("servers").forEach(one -> servers.add(one.asText()));
    return servers;
  }

  /** How many are in a room. */
  int count(String room) {
    return get("/presence/rooms/" + room).path("count").asInt();
  }

  /** Who is in a room of at most a hundred. */
  Set<String> members(String room) {
    Set<String> users = new TreeSet<>();
    get("/presence/rooms/" + room)
        .path("members")
        .forEach(member -> users.add(member.path("user").asText()));
    return users;
  }

  private JsonNode get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(api + path))
            .header("Authorization", "Bearer " + token)
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
      }
      return JSON.readTree(answer.body());
    } catch (IOException failed) {
      throw new AssertionError(path, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
