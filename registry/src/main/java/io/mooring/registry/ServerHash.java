package io.mooring.registry;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The form of a server in Redis. What is read from there is input, like a client's. */
final class ServerHash {
  private ServerHash() {}

  /**
   * Reads a server's hash; fields that it does not know are left alone.
   *
   * @throws IllegalArgumentException naming the field, its value and what was expected
   */
  static Server parse(String id, Map<String, String> hash) {
    ServerState state = state(text(hash, "state"));
    return new Server(
        id,
        text(hash, "service"),
        text(hash, "instance_uid"),
        number(hash, "generation"),
        state,
        "1".equals(hash.get("suspect")),
        Address.parse(text(hash, "address")),
        Optional.ofNullable(hash.get("api_address"))
            .filter(address -> !address.isEmpty())
            .map(Address::parse),
        weight(hash),
        hash.getOrDefault("release", ""),
        capabilities(hash.getOrDefault("capabilities", "")),
        labels(hash.getOrDefault("labels", "")),
        state == ServerState.DRAINING ? Optional.of(drain(hash)) : Optional.empty(),
        hash.containsKey("revision") ? number(hash, "revision") : 0);
  }

  /** Whether a hash can be read, or is that of a server that does not live. */
  static boolean readable(String id, Map<String, String> hash) {
    if (hash.isEmpty() || ServerState.GONE.name().equals(hash.get("state"))) {
      return true;
    }
    try {
      parse(id, hash);
      return true;
    } catch (IllegalArgumentException unreadable) {
      return false;
    }
  }

  /** Of the hash of a server that is GONE: what made it so. */
  static Departure.Cause cause(Map<String, String> hash) {
    return switch (hash.getOrDefault("gone", "")) {
      case "deregistered" -> Departure.Cause.DEREGISTERED;
      case "expired" -> Departure.Cause.EXPIRED;
      default -> Departure.Cause.UNSEEN;
    };
  }

  /** That of any hash, also of one that says nothing else; 0 if it cannot be read. */
  static long generation(Map<String, String> hash) {
    return generation(hash, "generation");
  }

  /** The generation that another field names; 0 if it cannot be read. */
  static long generation(Map<String, String> hash, String field) {
    try {
      return number(hash, field);
    } catch (IllegalArgumentException unreadable) {
      return 0;
    }
  }

  static Map<String, String> of(Server server) {
    Map<String, String> hash = new LinkedHashMap<>();
    hash.put("service", server.service());
    hash.put("instance_uid", server.instanceUid());
    hash.put("generation", Long.toString(server.generation()));
    hash.put("revision", Long.toString(server.revision()));
    hash.put("state", server.state().name());
    if (server.suspect()) {
      hash.put("suspect", "1");
    }
    hash.putAll(
        description(
            server.address(),
            server.apiAddress(),
            server.weight(),
            server.release(),
            server.capabilities(),
            server.labels()));
    server.drain().ifPresent(drain -> hash.putAll(of(drain)));
    return hash;
  }

  /** What a server says of itself with its registration. */
  static Map<String, String> of(Registration registration) {
    return description(
        registration.address(),
        registration.apiAddress(),
        registration.weight(),
        registration.release(),
        registration.capabilities(),
        registration.labels());
  }

  private static Map<String, String> description(
      Address address,
      Optional<Address> apiAddress,
      int weight,
      String release,
      Set<String> capabilities,
      Map<String, String> labels) {
    Map<String, String> hash = new LinkedHashMap<>();
    hash.put("address", address.toString());
    hash.put("api_address", apiAddress.map(Address::toString).orElse(""));
    hash.put("weight", Integer.toString(weight));
    hash.put("release", release);
    hash.put("capabilities", String.join(" ", new TreeSet<>(capabilities)));
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(labels)
        .forEach((label, value) -> lines.append(label).append('=').append(value).append('\n'));
    hash.put("labels", lines.toString());
    return hash;
  }

  private static Drain drain(Map<String, String> hash) {
    String id = text(hash, "drain_id");
    return new Drain(
        id, DrainSpec.parse(hash.getOrDefault("drain_spec", "")), id.equals(hash.get("move")));
  }

  /** With the request as well: without one, the drain would end. */
  private static Map<String, String> of(Drain drain) {
    Map<String, String> hash = new LinkedHashMap<>();
    hash.put("drain", drain.spec().toString());
    hash.put("drain_id", drain.id());
    hash.put("drain_spec", drain.spec().toString());
    if (drain.released()) {
      hash.put("move", drain.id());
    }
    return hash;
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              int end = line.indexOf('=');
              if (end <= 0) {
                throw new IllegalArgumentException("label \"" + line + "\" is not key=value");
              }
              labels.put(line.substring(0, end), line.substring(end + 1));
            });
    return labels;
  }

  private static int weight(Map<String, String> hash) {
    long weight = number(hash, "weight");
    if (weight != (int) weight) {
      throw new IllegalArgumentException("weight " + weight + " is not a whole number of 32 bits");
    }
    return (int) weight;
  }

  private static Set<String> capabilities(String text) {
    return text.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(text.split(" ")));
  }

  private static ServerState state(String text) {
    return Arrays.stream(ServerState.values())
        .filter(state -> state.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "state \"" + text + "\" is none of " + Arrays.toString(ServerState.values())));
  }

  private static long number(Map<String, String> hash, String field) {
    String text = text(hash, field);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          field + " \"" + text + "\" is not a whole number", notANumber);
    }
  }

  private static String text(Map<String, String> hash, String field) {
    String text = hash.get(field);
    if (text == null) {
      throw new IllegalArgumentException("the field " + field + " is missing");
    }
    return text;
  }
}
