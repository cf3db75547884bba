package io.mooring.cli.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All checks, in the order in which their findings are shown. */
public final class Checks {
  private final StateFolder state;
  private final Shape planned;
  private final int sockets;

  /**
   * @param planned the tier that would be started; one that is up counts in its place
   * @param sockets that one Envoy is to hold
   */
  public Checks(StateFolder state, Shape planned, int sockets) {
    this.state = state;
    this.planned = planned;
    this.sockets = sockets;
  }

  public List<Finding> run() {
    Optional<JsonNode> up = status();
    Shape shape = up.map(this::shape).orElse(planned);
    List<Finding> findings = new ArrayList<>(MachineCheck.findings(shape, sockets, state));
    findings.addAll(ProgramCheck.findings(shape.redis().isPresent(), state));
    findings.addAll(PortCheck.findings(shape, own(up), state));
    findings.addAll(
        KeyCheck.findings(new DevelopmentKeys(state.keys()), Instant.now(), up.isPresent(), state));
    Optional<RedisCheck.Outcome> redis =
        up.map(status -> status.path("redis").asText())
            .filter(Checks::isWhole)
            .or(shape::redis)
            .map(url -> RedisCheck.of(url, revival(up)));
    redis.ifPresent(outcome -> findings.addAll(outcome.findings()));
    boolean leasesKnown = redis.map(RedisCheck.Outcome::reached).orElse(true);
    findings.addAll(
        up.map(status -> TierCheck.findings(status, leasesKnown, state))
            .orElseGet(
                () ->
                    List.of(Finding.ok(Finding.Group.TIER, "none is up: " + state.command("up")))));
    return findings;
  }

  private Optional<JsonNode> status() {
    try (ControlClient supervisor = ControlClient.connect(state).orElse(null)) {
      return supervisor == null
          ? Optional.empty()
          : Optional.of(supervisor.ask(new Request(Request.Verb.STATUS, "")));
    }
  }

  private Shape shape(JsonNode status) {
    return new Shape(
        new Shape.Size(
            status.path("controlPlanes").size(),
            count(status, Kind.AUTH),
            status.path("servers").size(),
            status.path("envoys").size()),
        planned.broker(),
        status.path("portBase").asInt(),
        planned.redis());
  }

  private static int count(JsonNode status, Kind kind) {
    int count = 0;
    for (JsonNode process : status.path("processes")) {
      if (process.path("name").asText().equals(kind.name(count + 1))) {
        count++;
      }
    }
    return count;
  }

  /** What brings the Redis back. */
  private String revival(Optional<JsonNode> up) {
    if (up.isEmpty()) {
      return "start it, or unset MOORING_REDIS_URL to have a Valkey started";
    }
    String valkey = Kind.VALKEY.name(1);
    for (JsonNode process : up.get().path("processes")) {
      if (process.path("name").asText().equals(valkey)) {
        return state.command(
            "dev %s %s"
                .formatted(
                    process.path("state").asText().equals("frozen") ? "resume" : "start", valkey));
      }
    }
    return "start it: the tier that is up uses it";
  }

  /** Without a password that is not shown. */
  private static boolean isWhole(String url) {
    return !url.contains("***");
  }

  private static Set<Long> own(Optional<JsonNode> up) {
    Set<Long> pids = new HashSet<>();
    up.ifPresent(
        status ->
            status.path("processes").forEach(process -> pids.add(process.path("pid").asLong())));
    return pids;
  }
}
