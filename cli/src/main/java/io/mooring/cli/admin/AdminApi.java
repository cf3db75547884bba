package io.mooring.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code /admin/v1} of whichever control plane answers. */
public final class AdminApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ENVOYS = "/admin/v1/envoys";

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

  /** The Envoys that the control planes know. */
  public Fleet fleet() {
    JsonNode answer = get(ENVOYS);
    List<Envoy> envoys = new ArrayList<>();
    for (JsonNode envoy : answer.path("envoys")) {
      envoys.add(
          new Envoy(
              envoy.path("id").asText(),
              envoy.path("connected").asBoolean(),
              envoy.path("in_sync").asBoolean()));
    }
    return new Fleet(answer.path("revision").asLong(), envoys);
  }

  /**
   * The answer of {@code /admin/v1/envoys}. Each control plane says all of the Envoys that it
   * serves and a little of the others, so each is asked, and of each Envoy the fullest row taken.
   */
  public JsonNode envoysAsJson() {
    ObjectNode whole = get(ENVOYS).deepCopy();
    Map<String, JsonNode> served = new HashMap<>();
    for (Http.Answer answer : replicas.askEach(ENVOYS)) {
      for (JsonNode envoy : read(ENVOYS, answer).path("envoys")) {
        if (!envoy.path("types").isEmpty()) {
          served.put(envoy.path("id").asText(), envoy);
        }
      }
    }
    ArrayNode rows = JSON.createArrayNode();
    for (JsonNode envoy : whole.path("envoys")) {
      rows.add(served.getOrDefault(envoy.path("id").asText(), envoy));
    }
    whole.set("envoys", rows);
    return whole;
  }

  /** Who leads, as {@code /admin/v1/leader} says it. */
  public JsonNode leader() {
    return get("/admin/v1/leader");
  }

  /**
   * Open or closed connections of all servers.
   *
   * @param filter {@code server}, {@code user}, {@code envoy}, {@code closed}, {@code limit}
   */
  public JsonNode connections(Map<String, String> filter) {
    return get("/admin/v1/connections" + query(filter));
  }

  /**
   * Why something goes where it goes.
   *
   * @param target a URL, a conn_id or a user
   */
  public JsonNode explain(String target) {
    return get("/admin/v1/explain" + query(Map.of("target", target)));
  }

  /**
   * Asks for a drain, or changes the terms of one that runs.
   *
   * @param rate clients a second; 0: the server's own
   * @param deadline a number with its unit, {@code 300s}
   * @param dryRun only say what it would do
   * @return its progress, or the plan of a dry run
   */
  public JsonNode startDrain(String server, int rate, String deadline, boolean dryRun) {
    String terms =
        JSON.createObjectNode()
            .put("rate", rate)
            .put("deadline", deadline)
            .put("dry_run", dryRun)
            .toString();
    return send("POST", drainOf(server), Optional.of(terms));
  }

  /** How far the drain of a server is. */
  public JsonNode drain(String server) {
    return get(drainOf(server));
  }

  /** Ends a drain; those who have not been told to go stay. */
  public JsonNode cancelDrain(String server) {
    return send("DELETE", drainOf(server), Optional.empty());
  }

  private static String drainOf(String server) {
    return "/admin/v1/servers/%s/drain".formatted(encoded(server));
  }

  private static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
        .collect(Collectors.joining("&", "?", ""));
  }

  /** For a path or a query: {@code +} means a blank in one of them only. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonNode get(String path) {
    return send("GET", path, Optional.empty());
  }

  private JsonNode send(String method, String path, Optional<String> json) {
    return read(path, replicas.ask(method, path, json));
  }

  private static JsonNode read(String path, Http.Answer answer) {
    try {
      JsonNode body =
          answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
      if (answer.status() >= 300) {
        throw new AdminRefusal(
            answer.status(),
            body.path("detail").asText("%s was answered %d".formatted(path, answer.status())));
      }
      return body;
    } catch (JsonProcessingException notJson) {
      throw new AdminException(
          "%s was answered %d and something that is not JSON".formatted(path, answer.status()),
          notJson);
    }
  }
}
