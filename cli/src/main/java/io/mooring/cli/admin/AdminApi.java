package io.mooring.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /admin/v1} of one control plane. */
public final class AdminApi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final Optional<String> token;

  /**
   * @param base {@code http://host:port}
   * @param token of role view or more; not needed where the admin API is open
   */
  public AdminApi(URI base, Optional<String> token) {
    this.base = base;
    this.token = token;
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

  /** The Envoys that this control plane knows. */
  public Fleet fleet() {
    JsonNode answer = get("/admin/v1/envoys");
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

  private JsonNode get(String path) {
    URI uri = base.resolve(path);
    try {
      Http.Answer answer = Http.get(uri, token);
      if (answer.status() != 200) {
        throw new AdminException(
            "%s answered %d %s".formatted(uri, answer.status(), answer.body()).strip());
      }
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException notJson) {
      throw new AdminException(uri + " answered something that is not JSON", notJson);
    } catch (IOException silent) {
      throw new AdminException(
          "no control plane answers at %s (%s)".formatted(base, silent.getMessage()), silent);
    }
  }
}
