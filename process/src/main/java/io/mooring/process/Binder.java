package io.mooring.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns settings into a record tree; every complaint names the key, the value and its source.
 *
 * <p>In a map of records, the member {@code *} is none: each other member gets from it the keys
 * that it does not set itself.
 */
final class Binder {
  static final String EVERY = "*";

  private final List<Source> sources;

  /**
   * @param sources weakest first
   */
  Binder(List<Source> sources) {
    this.sources = sources;
  }

  <C extends Record> C bind(Class<C> type) {
    ObjectNode merged = sources.getFirst().settings().deepCopy();
    for (Source source : sources) {
      refuseUnknownKeys(type, source.settings(), "", source);
      merge(merged, source.settings());
    }
    return type.cast(record(type, merged, ""));
  }

  /** The key of a component: {@code perMessage} is {@code per-message}. */
  static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static void merge(ObjectNode base, ObjectNode over) {
    for (Map.Entry<String, JsonNode> entry : over.properties()) {
      JsonNode existing = base.get(entry.getKey());
      if (existing instanceof ObjectNode nested && entry.getValue() instanceof ObjectNode added) {
        merge(nested, added);
      } else {
        base.set(entry.getKey(), entry.getValue().deepCopy());
      }
    }
  }

  private void refuseUnknownKeys(Class<?> type, ObjectNode node, String prefix, Source source) {
    Map<String, RecordComponent> known = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      known.put(key(component), component);
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      RecordComponent component = known.get(entry.getKey());
      if (component == null) {
        throw new ConfigurationException(
            "%s: there is no key %s%s%s"
                .formatted(
                    source.name(),
                    prefix,
                    entry.getKey(),
                    Suggestion.nearest(entry.getKey(), known.keySet())
                        .map(near -> "; did you mean " + prefix + near + "?")
                        .orElse("; known here: " + String.join(", ", known.keySet()))));
      }
      String path = prefix + entry.getKey();
      if (isRecord(component.getType())) {
        if (!(entry.getValue() instanceof ObjectNode nested)) {
          throw new ConfigurationException(
              "%s: %s: expected keys with values".formatted(source.name(), path));
        }
        refuseUnknownKeys(component.getType(), nested, path + ".", source);
      } else if (component.getType() == Map.class
          && entry.getValue() instanceof ObjectNode members
          && argument(component.getGenericType(), 1) instanceof Class<?> member
          && isRecord(member)) {
        for (Map.Entry<String, JsonNode> one : members.properties()) {
          if (one.getValue() instanceof ObjectNode nested) {
            refuseUnknownKeys(member, nested, path + "." + one.getKey() + ".", source);
          }
        }
      }
    }
  }

  private Object record(Class<?> type, JsonNode node, String prefix) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String path = prefix + key(components[i]);
      JsonNode value = node.path(key(components[i]));
      if (value.isMissingNode() || value.isNull()) {
        throw new ConfigurationException("%s is not set, and has no default".formatted(path));
      }
      values[i] = value(components[i].getGenericType(), value, path);
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof IllegalArgumentException refused) {
        throw new ConfigurationException(
            prefix.isEmpty()
                ? String.valueOf(refused.getMessage())
                : prefix.substring(0, prefix.length() - 1) + ": " + refused.getMessage());
      }
      throw new IllegalStateException(thrown.getCause());
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private Object value(Type type, JsonNode node, String path) {
    if (type instanceof ParameterizedType parameterized) {
      return parameterized.getRawType() == List.class
          ? list(argument(type, 0), node, path)
          : map(argument(type, 1), node, path);
    }
    Class<?> plain = (Class<?>) type;
    if (Values.isScalar(plain)) {
      return scalar(plain, node, path);
    }
    if (!(node instanceof ObjectNode)) {
      throw refused(path, node, "expected keys with values");
    }
    return record(plain, node, path + ".");
  }

  private Object scalar(Class<?> type, JsonNode node, String path) {
    if (!node.isValueNode()) {
      throw refused(path, node, "expected a single value");
    }
    try {
      return Values.read(type, node.asText());
    } catch (IllegalArgumentException refused) {
      throw refused(path, Values.shown(type, node.asText()), String.valueOf(refused.getMessage()));
    }
  }

  private List<Object> list(Type element, JsonNode node, String path) {
    List<Object> values = new ArrayList<>();
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        values.add(value(element, array.get(i), path + "[" + i + "]"));
      }
    } else if (node.isTextual() && element instanceof Class<?> plain && Values.isScalar(plain)) {
      for (String part : node.asText().split(",", -1)) {
        if (!part.isBlank()) {
          values.add(
              value(
                  element,
                  com.fasterxml.jackson.databind.node.TextNode.valueOf(part.strip()),
                  path));
        }
      }
    } else {
      throw refused(path, node, "expected a list");
    }
    return List.copyOf(values);
  }

  private Map<String, Object> map(Type element, JsonNode node, String path) {
    if (!(node instanceof ObjectNode members)) {
      throw refused(path, node, "expected names with values");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    JsonNode shared = isRecord(element) ? members.get(EVERY) : null;
    if (shared != null && isWhole((Class<?>) element, shared)) {
      // Also where no member uses it, or each only a part.
      value(element, shared, path + "." + EVERY);
    }
    for (Map.Entry<String, JsonNode> entry : members.properties()) {
      if (entry.getValue() == shared) {
        continue;
      }
      JsonNode member = entry.getValue();
      if (shared instanceof ObjectNode base && member instanceof ObjectNode own) {
        ObjectNode both = base.deepCopy();
        merge(both, own);
        member = both;
      }
      values.put(entry.getKey(), value(element, member, path + "." + entry.getKey()));
    }
    return java.util.Collections.unmodifiableMap(values);
  }

  private static boolean isRecord(Type type) {
    return type instanceof Class<?> plain && plain.isRecord() && !Values.isScalar(plain);
  }

  /** Whether every key of the record is set; a value that is no record counts as whole. */
  private static boolean isWhole(Class<?> type, JsonNode node) {
    if (!(node instanceof ObjectNode)) {
      return true;
    }
    for (RecordComponent component : type.getRecordComponents()) {
      JsonNode value = node.path(key(component));
      if (value.isMissingNode()
          || value.isNull()
          || (isRecord(component.getGenericType()) && !isWhole(component.getType(), value))) {
        return false;
      }
    }
    return true;
  }

  static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  private ConfigurationException refused(String path, JsonNode value, String expected) {
    return refused(path, value.asText(), expected);
  }

  private ConfigurationException refused(String path, @Nullable String value, String expected) {
    String written = written(path);
    String origin = "";
    for (Source source : sources.reversed()) {
      if (source.sets(written.replaceAll("\\[\\d+]", ""))) {
        origin = " (from " + source.name() + ")";
        break;
      }
    }
    return new ConfigurationException(
        value == null
            ? "%s%s: %s".formatted(written, origin, expected)
            : "%s = \"%s\"%s: %s".formatted(written, value, origin, expected));
  }

  /** Where the value of a key stands: there, or at the member that all others get it from. */
  private String written(String path) {
    List<String> steps = List.of(path.split("\\.", -1));
    for (int i = steps.size() - 1; i > 0 && !isSet(path); i--) {
      List<String> shared = new ArrayList<>(steps);
      shared.set(i, EVERY);
      if (isSet(String.join(".", shared))) {
        return String.join(".", shared);
      }
    }
    return path;
  }

  private boolean isSet(String path) {
    String key = path.replaceAll("\\[\\d+]", "");
    return sources.stream().anyMatch(source -> source.sets(key));
  }
}
