package io.mooring.containers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A compose file, read as Compose reads it: anchors and merges, then variables. What this reader
 * does not know is an error, so that nothing in the file goes untested.
 */
final class Compose {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):-([^}]*)}");

  private final Path folder;
  private final JsonNode file;

  private Compose(Path folder, JsonNode file) {
    this.folder = folder;
    this.file = file;
  }

  /** Reads {@code compose.yaml} of the folder. */
  static Compose read(Path folder, Map<String, String> variables) throws IOException {
    Object tree =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(folder.resolve("compose.yaml")));
    ObjectMapper json = new ObjectMapper();
    String text = json.writeValueAsString(tree);
    String filled =
        VARIABLE
            .matcher(text)
            .replaceAll(
                variable ->
                    Matcher.quoteReplacement(
                        variables.getOrDefault(variable.group(1), variable.group(2))));
    return new Compose(folder, json.readTree(filled));
  }

  List<Service> services() {
    List<Service> services = new ArrayList<>();
    file.path("services")
        .properties()
        .forEach(service -> services.add(new Service(service.getKey(), service.getValue())));
    return services;
  }

  /** A network, and where its addresses lie. */
  record Segment(String name, String subnet, Optional<String> range) {}

  List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    file.path("networks")
        .properties()
        .forEach(
            network -> {
              JsonNode config = network.getValue().path("ipam").path("config").path(0);
              segments.add(
                  new Segment(
                      network.getKey(),
                      config.path("subnet").asText(),
                      Optional.ofNullable(config.path("ip_range").textValue())));
            });
    return segments;
  }

  /** A path as the file means it: from its own folder. */
  Path path(String text) {
    return folder.resolve(text).normalize();
  }
}
