package io.mooring.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code /admin/v1} of whichever control plane answers. */
public final class AdminApi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Replicas replicas;

  /**
   * @param replicas {@code http://host:port} of each control plane, at least one
   * @param token of role view or more; not needed where the admin API is open
   */
  public AdminApi(List<URI> replicas, Optional<String> token) {
    this.replicas = new Replicas(replicas, token);
  }

  /** A registered server, as far as this process looks at it. */
  public record Server(String id, String state, boolean suspect, String address) {
    public boolean active() {
      return state.equals("ACTIVE") && !suspect;
    }
  }

  /** The registered servers. */
  public List<Server> servers() {
    List<Server> servers = new ArrayList<>();
    for (JsonNode server : serversAsJson().path("servers")) {
      servers.add(
          new Server(
              server.path("id").asText(),
              server.path("state").asText(),
              server.path("suspect").asBoolean(),
              server.path("address").asText()));
    }
    return servers;
  }

  /** The answer of {@code /admin/v1/servers} as it stands. */
  public JsonNode serversAsJson() {
    return get("/admin/v1/servers");
  }

  /**
   * An Envoy that has connected.
   *
   * @param inSync it acknowledged everything that it was sent last
   */
  public record Envoy(String id, boolean connected, boolean inSync) {}

  /**
   * What the Envoys have.
   *
   * @param revision of the registry that the last snapshot was made from
   */
  public record Fleet(long revision, List<Envoy> envoys) {
    public Optional<Envoy> envoy(String id) {
      return envoys.stream().filter(envoy -> envoy.id().equals(id)).findFirst();
    }
  }

  /** The Envoys that the control planes know: each speaks to one of them. */
  public Fleet fleet() {
    long revision = 0;
    Map<String, Envoy> envoys = new TreeMap<>();
    for (JsonNode answer : fleets()) {
      revision = Math.max(revision, answer.path("revision").asLong());
      for (JsonNode row : answer.path("envoys")) {
        Envoy envoy =
            new Envoy(
                row.path("id").asText(),
                row.path("connected").asBoolean(),
                row.path("in_sync").asBoolean());
        envoys.merge(envoy.id(), envoy, (one, other) -> one.connected() ? one : other);
      }
    }
    return new Fleet(revision, List.copyOf(envoys.values()));
  }

  private List<JsonNode> fleets() {
    String path = "/admin/v1/envoys";
    if (replicas.all().size() == 1) {
      return List.of(get(path));
    }
    List<JsonNode> answers = new ArrayList<>();
    for (URI replica : replicas.all()) {
      try {
        answers.add(read(path, replicas.ask(replica, "GET", path, Optional.empty())));
      } catch (IOException silent) {
        continue;
      }
    }
    return answers.isEmpty() ? List.of(get(path)) : answers;
  }

  private JsonNode get(String path) {
    return read(path, replicas.ask("GET", path, Optional.empty()));
  }

  private static JsonNode read(String path, Http.Answer answer) {
    if (answer.status() != 200) {
      throw new AdminException(
          "%s was answered %d %s".formatted(path, answer.status(), answer.body()).strip());
    }
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException notJson) {
      throw new AdminException(path + " was answered with something that is not JSON", notJson);
    }
  }
}
