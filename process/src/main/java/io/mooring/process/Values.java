package io.mooring.process;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How each type of a configuration value is written. */
final class Values {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

  /** Up to the last at sign: a password that was not encoded may hold any character. */
  private static final Pattern USER_INFO =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:(?://)?)?.*@", Pattern.DOTALL);

  private static final Map<Class<?>, Function<String, Object>> READERS =
      Map.ofEntries(
          Map.entry(String.class, text -> text),
          Map.entry(int.class, Values::integer),
          Map.entry(long.class, Values::longInteger),
          Map.entry(boolean.class, Values::truth),
          Map.entry(Duration.class, Values::duration),
          Map.entry(ByteSize.class, ByteSize::parse),
          Map.entry(HostPort.class, HostPort::parse),
          Map.entry(Path.class, Path::of),
          Map.entry(URI.class, Values::uri),
          Map.entry(Secret.class, Secret::of));

  private Values() {}

  static boolean isScalar(Class<?> type) {
    return READERS.containsKey(type) || type.isEnum();
  }

  /**
   * @throws IllegalArgumentException saying what was expected
   */
  static Object read(Class<?> type, String text) {
    if (type.isEnum()) {
      return constant(type, text);
    }
    @Nullable Function<String, Object> reader = READERS.get(type);
    if (reader == null) {
      throw new IllegalStateException("no configuration value can be a " + type.getName());
    }
    return reader.apply(text);
  }

  /** The value as messages may repeat it; null if they may not. */
  static @Nullable String shown(Class<?> type, String text) {
    if (type == Secret.class) {
      return null;
    }
    return type == URI.class ? withoutUserInfo(text) : text;
  }

  /** {@code redis://user:password@host} as {@code redis://***@host}; also if it is no URI. */
  static String withoutUserInfo(String uri) {
    return USER_INFO.matcher(uri).replaceFirst("$1***@");
  }

  private static Object uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException malformed) {
      // Its message, and so its trace, repeats the whole text with the password.
      throw new IllegalArgumentException("not a URI: " + malformed.getReason());
    }
  }

  private static Object constant(Class<?> type, String text) {
    Object[] constants = type.getEnumConstants();
    for (Object constant : constants) {
      if (written(constant).equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "not one of "
            + Arrays.stream(constants).map(Values::written).collect(Collectors.joining(", ")));
  }

  private static String written(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  private static Object integer(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException("not a whole number", notANumber);
    }
  }

  private static Object longInteger(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException("not a whole number", notANumber);
    }
  }

  private static Object truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static Object duration(String text) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "not a duration with its unit ms, s, m, h or d, for example 500ms");
    }
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
