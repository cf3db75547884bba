package io.mooring.cli.up;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.child.Child;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.cli.tier.Ending;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.Tier;
import java.util.List;

/** Where a tier can be reached. */
final class Addresses {
  private final Shape shape;
  private final DevelopmentKeys keys;

  Addresses(Shape shape, DevelopmentKeys keys) {
    this.shape = shape;
    this.keys = keys;
  }

  /** For people; the addresses of the first Envoy. */
  List<String> text() {
    return List.of(
        "Demo    %-27s %s".formatted(demo(1), demoPlain(1)),
        "Socket  %-27s %s".formatted(edge(1), edgePlain(1)),
        "Publish " + api(),
        "CA      " + keys.ca(),
        "Admin   %s/admin/v1/servers".formatted(ui()));
  }

  /** For programs: the contract of {@code up -o json}. */
  ObjectNode json(Tier tier) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("edge", edge(1)).put("edgePlain", edgePlain(1)).put("api", api()).put("ui", ui());
    json.put("demo", demo(1)).put("demoPlain", demoPlain(1));
    shape.addresses(Kind.CONTROL, "registry").forEach(json.putArray("registry")::add);
    json.put("redis", redis()).put("ca", keys.ca().toString());
    json.put("portBase", shape.portBase());
    ArrayNode controlPlanes = json.putArray("controlPlanes");
    ArrayNode envoys = json.putArray("envoys");
    ArrayNode servers = json.putArray("servers");
    ArrayNode processes = json.putArray("processes");
    for (Tier.Running running : tier.all()) {
      Part part = running.part();
      long pid = running.child().pid();
      ObjectNode process = processes.addObject();
      process.put("name", part.name()).put("pid", pid).put("state", running.child().state().word());
      if (running.child().state() == Child.State.EXITED) {
        process
            .put("ended", Ending.of(part, running.child()).word())
            .put("exit_code", running.child().exitCode());
      }
      switch (part.kind()) {
        case EDGE ->
            envoys
                .addObject()
                .put("id", part.name())
                .put("admin", "http://" + address(part, "admin"))
                .put("edge", edge(part.number()))
                .put("edgePlain", edgePlain(part.number()));
        case APP ->
            servers
                .addObject()
                .put("id", part.name())
                .put("address", address(part, "websocket"))
                .put("pid", pid);
        case CONTROL ->
            controlPlanes
                .addObject()
                .put("id", part.name())
                .put("http", "http://" + address(part, "http"))
                .put("registry", address(part, "registry"))
                .put("xds", address(part, "xds"));
        case VALKEY, AUTH -> {}
      }
    }
    return json;
  }

  private String address(Part part, String role) {
    return shape.address(part.kind(), role, part.number());
  }

  private String edge(int number) {
    return "wss://localhost:%d/ws".formatted(shape.port(Kind.EDGE, "wss", number));
  }

  private String edgePlain(int number) {
    return "ws://localhost:%d/ws".formatted(shape.port(Kind.EDGE, "ws", number));
  }

  private String demo(int number) {
    return "https://localhost:%d/demo".formatted(shape.port(Kind.EDGE, "wss", number));
  }

  private String demoPlain(int number) {
    return "http://localhost:%d/demo".formatted(shape.port(Kind.EDGE, "ws", number));
  }

  private String api() {
    return "http://localhost:%d/api/v1".formatted(shape.port(Kind.EDGE, "ws", 1));
  }

  private String ui() {
    return "http://localhost:" + shape.port(Kind.CONTROL, "http", 1);
  }

  private String redis() {
    return shape
        .redis()
        .map(RedisConnection::withoutPassword)
        .orElseGet(() -> "redis://127.0.0.1:" + shape.port(Kind.VALKEY, "redis", 1));
  }
}
