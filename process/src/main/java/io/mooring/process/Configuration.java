package io.mooring.process;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a process's configuration: its defaults, overridden by {@code --config FILE}, by
 * environment variables ({@code redis.url} is {@code MOORING_REDIS_URL}; with the suffix {@code
 * _FILE} the value is the content of that file), and last by flags ({@code --redis.url=…}). The
 * environment reaches into those members of a map that the defaults or the file have, except into
 * {@code *}, from which the others get what they do not set themselves.
 */
public final class Configuration {
  private static final String PREFIX = "MOORING_";
  private static final String FILE = "_FILE";
  private static final String CONFIG = "config";

  /** Letters of a variable's name that may be wrong before it is taken for another one. */
  private static final int SLIPS = 2;

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
    List<Source> sources = files(process, flags);
    for (String key : keys(type, "", List.copyOf(sources))) {
      fromEnvironment(key, environment, sources);
    }
    flags.forEach((key, value) -> sources.add(flag(type, key, value)));
    return new Binder(sources).bind(type);
  }

  /**
   * The variables that look like one of this process but are none: those that differ by a slip of
   * the pen. Others may be another process's.
   *
   * @return the variable that was meant, by the one that is set
   */
  static Map<String, String> misspelt(
      Class<? extends Record> type, List<String> arguments, Map<String, String> environment) {
    Set<String> known = new LinkedHashSet<>();
    for (String key :
        keys(type, "", files(type.getAnnotation(ConfigurationOf.class), flags(arguments)))) {
      known.add(variable(key));
      known.add(variable(key) + FILE);
    }
    Map<String, String> misspelt = new TreeMap<>();
    for (String name : environment.keySet()) {
      if (name.startsWith(PREFIX) && !known.contains(name)) {
        Suggestion.nearest(name, known, SLIPS).ifPresent(meant -> misspelt.put(name, meant));
      }
    }
    return misspelt;
  }

  /** The defaults and the file that the flags name; that flag is taken out. */
  private static List<Source> files(ConfigurationOf process, Map<String, String> flags) {
    List<Source> sources = new ArrayList<>();
    sources.add(Source.defaults(process.value()));
    String file = flags.remove(CONFIG);
    if (file != null) {
      sources.add(Source.file(Path.of(file)));
    }
    return sources;
  }

  private static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  private static void fromEnvironment(
      String key, Map<String, String> environment, List<Source> sources) {
    String variable = variable(key);
    String value = environment.get(variable);
    if (value != null) {
      sources.add(Source.single("environment variable " + variable, key, value));
      return;
    }
    String file = environment.get(variable + FILE);
    if (file != null) {
      String name = "environment variable " + variable + FILE;
      try {
        sources.add(Source.single(name, key, Files.readString(Path.of(file)).strip()));
      } catch (IOException unreadable) {
        throw new ConfigurationException("%s: cannot read %s".formatted(name, file));
      }
    }
  }

  /**
   * @throws ConfigurationException if {@code --config} was meant, which is no key
   */
  private static Source flag(Class<?> type, String key, String value) {
    if (!knows(type, key) && Suggestion.nearest(key, List.of(CONFIG), SLIPS).isPresent()) {
      throw new ConfigurationException(
          "flag --%s: there is no key %s; did you mean --config FILE?".formatted(key, key));
    }
    return Source.single("flag --" + key, key, value);
  }

  private static boolean knows(Class<?> type, String key) {
    return Arrays.stream(type.getRecordComponents())
        .anyMatch(component -> Binder.key(component).equals(key));
  }

  private static Map<String, String> flags(List<String> arguments) {
    Map<String, String> flags = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--") || argument.equals("--help")) {
        throw new ConfigurationException(
            "argument \"%s\": expected --config FILE or --key=value; deploy/config has every key"
                .formatted(argument));
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
    names.remove(Binder.EVERY);
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
