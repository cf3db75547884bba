package io.mooring.process;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads a process's configuration: its defaults, overridden by {@code --config FILE}, by
 * environment variables ({@code redis.url} is {@code MOORING_REDIS_URL}; with the suffix {@code
 * _FILE} the value is the content of that file), and last by flags ({@code --redis.url=…}). The
 * environment reaches into those members of a map that the defaults or the file have.
 */
public final class Configuration {
  private Configuration() {}

  /**
   * @param type the root record, marked with {@link ConfigurationOf}
   * @throws ConfigurationException naming the key, the value, its source and what was expected
   */
  public static <C extends Record> C read(
      Class<C> type, List<String> arguments, Map<String, String> environment) {
    ConfigurationOf process = type.getAnnotation(ConfigurationOf.class);
    if (process == null) {
      throw new IllegalStateException(type + " lacks @ConfigurationOf");
    }
    Map<String, String> flags = flags(arguments);
    List<Source> sources = new ArrayList<>();
    sources.add(Source.defaults(process.value()));
    String file = flags.remove("config");
    if (file != null) {
      sources.add(Source.file(Path.of(file)));
    }
    for (String key : keys(type, "", List.copyOf(sources))) {
      fromEnvironment(key, environment, sources);
    }
    flags.forEach((key, value) -> sources.add(Source.single("flag --" + key, key, value)));
    return new Binder(sources).bind(type);
  }

  private static void fromEnvironment(
      String key, Map<String, String> environment, List<Source> sources) {
    String variable = "MOORING_" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    String value = environment.get(variable);
    if (value != null) {
      sources.add(Source.single("environment variable " + variable, key, value));
      return;
    }
    String file = environment.get(variable + "_FILE");
    if (file != null) {
      String name = "environment variable " + variable + "_FILE";
      try {
        sources.add(Source.single(name, key, Files.readString(Path.of(file)).strip()));
      } catch (IOException unreadable) {
        throw new ConfigurationException("%s: cannot read %s".formatted(name, file));
      }
    }
  }

  private static Map<String, String> flags(List<String> arguments) {
    Map<String, String> flags = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        throw new ConfigurationException(
            "argument \"%s\": expected --config FILE or --key=value".formatted(argument));
      }
      int equals = argument.indexOf('=');
      if (equals > 0) {
        flags.put(argument.substring(2, equals), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        i++;
        flags.put(argument.substring(2), arguments.get(i));
      } else {
        throw new ConfigurationException("flag %s needs a value".formatted(argument));
      }
    }
    return flags;
  }

  private static List<String> keys(Class<?> type, String prefix, List<Source> sources) {
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String key = prefix + Binder.key(component);
      if (component.getType().isRecord() && !Values.isScalar(component.getType())) {
        keys.addAll(keys(component.getType(), key + ".", sources));
      } else if (component.getType() == Map.class) {
        keys.addAll(memberKeys(component, key, sources));
      } else {
        keys.add(key);
      }
    }
    return keys;
  }

  private static List<String> memberKeys(RecordComponent map, String prefix, List<Source> sources) {
    Set<String> names = new LinkedHashSet<>();
    sources.forEach(source -> names.addAll(source.members(prefix)));
    List<String> keys = new ArrayList<>();
    for (String name : names) {
      String key = prefix + "." + name;
      if (Binder.argument(map.getGenericType(), 1) instanceof Class<?> member
          && member.isRecord()
          && !Values.isScalar(member)) {
        keys.addAll(keys(member, key + ".", sources));
      } else {
        keys.add(key);
      }
    }
    return keys;
  }
}
