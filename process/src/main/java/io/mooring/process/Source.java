package io.mooring.process;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One place that settings come from.
 *
 * @param name how errors call it: a file's path, an environment variable, a flag
 * @param settings the keys that it sets, nested as in YAML
 */
record Source(String name, ObjectNode settings) {
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
              .build());

  static Source defaults(String process) {
    String resource = "/mooring/config/" + process + ".yaml";
    try (InputStream stream = Source.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("the program lacks its defaults, " + resource);
      }
      return parse("the defaults", new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  static Source file(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException absent) {
      throw new ConfigurationException("there is no configuration file " + file.toAbsolutePath());
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          "the configuration file %s cannot be read: %s".formatted(file, unreadable.getMessage()));
    }
  }

  /** A single key, for example from a flag. */
  static Source single(String name, String key, String value) {
    ObjectNode root = YAML.createObjectNode();
    ObjectNode node = root;
    String[] steps = key.split("\\.", -1);
    for (int i = 0; i < steps.length - 1; i++) {
      node = node.putObject(steps[i]);
    }
    node.put(steps[steps.length - 1], value);
    return new Source(name, root);
  }

  private static Source parse(String name, String text) {
    JsonNode tree;
    try {
      tree = YAML.readTree(text);
    } catch (JacksonException malformed) {
      var where = malformed.getLocation();
      throw new ConfigurationException(
          "%s is not YAML: line %d, column %d: %s"
              .formatted(
                  name,
                  where == null ? 0 : where.getLineNr(),
                  where == null ? 0 : where.getColumnNr(),
                  malformed.getOriginalMessage()));
    }
    if (tree instanceof MissingNode || tree.isNull()) {
      return new Source(name, YAML.createObjectNode());
    }
    if (tree instanceof ObjectNode settings) {
      return new Source(name, settings);
    }
    throw new ConfigurationException(
        "%s holds a %s, expected keys with values".formatted(name, tree.getNodeType()));
  }

  boolean sets(String key) {
    return !at(key).isMissingNode();
  }

  /** The names that stand below a key; none if it is not set. */
  List<String> members(String key) {
    List<String> names = new ArrayList<>();
    at(key).fieldNames().forEachRemaining(names::add);
    return names;
  }

  private JsonNode at(String key) {
    JsonNode node = settings;
    for (String step : key.split("\\.", -1)) {
      node = node.path(step);
    }
    return node;
  }
}
