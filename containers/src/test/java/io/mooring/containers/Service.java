package io.mooring.containers;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A service of the compose file. */
record Service(String name, JsonNode spec) {
  private static final Set<String> KEYS =
      Set.of(
          "cap_drop",
          "command",
          // Of the order in which Compose stops; the tests start everything in no order.
          "depends_on",
          "environment",
          "healthcheck",
          "image",
          "logging",
          "mem_limit",
          "networks",
          "pids_limit",
          "ports",
          "read_only",
          "restart",
          "scale",
          "security_opt",
          "stop_grace_period",
          "tmpfs",
          "volumes");

  Service {
    spec.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(
                    "the service %s has a key %s, which no test carries out".formatted(name, key));
              }
            });
  }

  String image() {
    return spec.path("image").asText();
  }

  List<String> list(String key) {
    List<String> texts = new ArrayList<>();
    spec.path(key).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    spec.path("environment")
        .properties()
        .forEach(variable -> variables.put(variable.getKey(), variable.getValue().asText()));
    return variables;
  }

  /** The ports inside the container that are published. */
  List<Integer> ports() {
    return list("ports").stream()
        .map(port -> Integer.valueOf(port.substring(port.lastIndexOf(':') + 1)))
        .toList();
  }

  /** The networks that it is in, each with the address that it asks for there. */
  Map<String, Optional<String>> attachments() {
    Map<String, Optional<String>> attachments = new LinkedHashMap<>();
    spec.path("networks")
        .properties()
        .forEach(
            network ->
                attachments.put(
                    network.getKey(),
                    Optional.ofNullable(network.getValue().path("ipv4_address").textValue())));
    return attachments;
  }

  /** How many containers of it are started. */
  int scale() {
    return spec.path("scale").asInt(1);
  }

  Optional<Long> processes() {
    JsonNode limit = spec.path("pids_limit");
    return limit.isMissingNode() ? Optional.empty() : Optional.of(limit.asLong());
  }

  String logDriver() {
    return spec.path("logging").path("driver").asText();
  }

  Map<String, String> logOptions() {
    Map<String, String> options = new LinkedHashMap<>();
    spec.path("logging")
        .path("options")
        .properties()
        .forEach(option -> options.put(option.getKey(), option.getValue().asText()));
    return options;
  }

  boolean readOnly() {
    return spec.path("read_only").asBoolean();
  }

  Optional<Long> memoryBytes() {
    String limit = spec.path("mem_limit").asText();
    return limit.isEmpty()
        ? Optional.empty()
        : Optional.of(Long.parseLong(limit.replace("m", "")) << 20);
  }

  Map<String, String> tmpfs() {
    Map<String, String> mounts = new LinkedHashMap<>();
    for (String mount : list("tmpfs")) {
      String[] parts = mount.split(":", 2);
      mounts.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    return mounts;
  }

  List<String> healthTest() {
    List<String> test = new ArrayList<>();
    spec.path("healthcheck").path("test").forEach(word -> test.add(word.asText()));
    return test;
  }

  Duration health(String key) {
    return duration(spec.path("healthcheck").path(key).asText());
  }

  int healthRetries() {
    return spec.path("healthcheck").path("retries").asInt();
  }

  private static Duration duration(String text) {
    return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
  }
}
