package io.mooring.controlplane.registration;

import io.grpc.StatusRuntimeException;
import io.mooring.registry.Address;
import io.mooring.registry.Claim;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Grammar;
import io.mooring.registry.Registration;
import io.mooring.registry.Server;
import io.mooring.registry.v1.CancelDrainRequest;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.RegisterRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns what servers send into the registry's terms; whatever is outside its grammar is refused.
 */
final class Requests {
  private static final int DEFAULT_WEIGHT = 8;
  private static final int MOST_CAPABILITIES = 32;
  private static final int MOST_LABELS = 32;

  /** More than one machine holds. */
  private static final int MOST_CONNECTIONS = 10_000_000;

  /** Far above any real one, and exact in Lua's numbers. */
  private static final long HIGHEST_GENERATION = 1L << 48;

  /** What an instance may bring back: it leaves room for all the generations that follow. */
  private static final long HIGHEST_RETURNING = 1L << 40;

  private final Services services;

  Requests(Services services) {
    this.services = services;
  }

  /**
   * @throws StatusRuntimeException INVALID_ARGUMENT, naming each field, its value and what was
   *     expected
   */
  Registration registration(RegisterRequest request) {
    Violations violations = new Violations();
    match(violations, "server_id", request.getServerId(), Grammar.ID);
    match(violations, "instance_uid", request.getInstanceUid(), Grammar.ID);
    match(violations, "release", request.getRelease(), Grammar.RELEASE);
    match(violations, "service", request.getService(), Grammar.SERVICE);
    Optional<Address> address =
        address(violations, "address", request.getAddress(), request.getService());
    Optional<Address> apiAddress =
        request.getApiAddress().isEmpty()
            ? Optional.empty()
            : address(violations, "api_address", request.getApiAddress(), request.getService());
    int weight = request.getWeight() == 0 ? DEFAULT_WEIGHT : request.getWeight();
    if (weight < 1 || weight > Server.MAX_WEIGHT) {
      violations.add(
          "weight",
          Integer.toUnsignedString(weight),
          "0 for the default, or 1 to " + Server.MAX_WEIGHT);
    }
    if (request.getGeneration() < 0 || request.getGeneration() > HIGHEST_RETURNING) {
      violations.add(
          "generation",
          Long.toUnsignedString(request.getGeneration()),
          "the generation that this instance was given, or 0");
    }
    Set<String> capabilities = new TreeSet<>(request.getCapabilitiesList());
    if (capabilities.size() > MOST_CAPABILITIES) {
      violations.add("capabilities", capabilities.size(), "at most " + MOST_CAPABILITIES);
    }
    for (String capability : capabilities) {
      match(violations, "capabilities", capability, Grammar.CAPABILITY);
    }
    if (request.getLabelsCount() > MOST_LABELS) {
      violations.add("labels", request.getLabelsCount(), "at most " + MOST_LABELS);
    }
    request
        .getLabelsMap()
        .forEach(
            (label, value) -> {
              match(violations, "labels", label, Grammar.LABEL);
              match(violations, "labels." + label, value, Grammar.LABEL_VALUE);
            });
    violations.refuse();
    return new Registration(
        request.getServerId(),
        request.getInstanceUid(),
        request.getGeneration(),
        request.getService(),
        address.orElseThrow(),
        apiAddress,
        weight,
        request.getRelease(),
        capabilities,
        request.getLabelsMap());
  }

  /**
   * @throws StatusRuntimeException INVALID_ARGUMENT, naming each field, its value and what was
   *     expected
   */
  static Claim claim(io.mooring.registry.v1.Claim claim) {
    Violations violations = new Violations();
    match(violations, "claim.server_id", claim.getServerId(), Grammar.ID);
    match(violations, "claim.instance_uid", claim.getInstanceUid(), Grammar.ID);
    match(violations, "claim.incarnation", claim.getIncarnation(), Grammar.ID);
    if (claim.getGeneration() < 1 || claim.getGeneration() > HIGHEST_GENERATION) {
      violations.add(
          "claim.generation",
          Long.toUnsignedString(claim.getGeneration()),
          "the generation that Register answered");
    }
    violations.refuse();
    return new Claim(
        claim.getServerId(), claim.getIncarnation(), claim.getGeneration(), claim.getInstanceUid());
  }

  /**
   * What a server says of itself, if that can be.
   *
   * @throws StatusRuntimeException INVALID_ARGUMENT, naming each field, its value and what was
   *     expected
   */
  static Load load(Load load) {
    Violations violations = new Violations();
    count(violations, "load.connections", load.getConnections());
    Departures departures = load.getDepartures();
    count(violations, "load.departures.total", departures.getTotal());
    count(violations, "load.departures.told", departures.getTold());
    count(violations, "load.departures.gone", departures.getGone());
    count(violations, "load.departures.stragglers", departures.getStragglers());
    violations.refuse();
    return load;
  }

  private static void count(Violations violations, String field, int unsigned) {
    if (unsigned < 0 || unsigned > MOST_CONNECTIONS) {
      violations.add(field, Integer.toUnsignedString(unsigned), "at most " + MOST_CONNECTIONS);
    }
  }

  /**
   * @throws StatusRuntimeException INVALID_ARGUMENT, naming each field, its value and what was
   *     expected
   */
  static DrainSpec drain(DrainRequest request) {
    Violations violations = new Violations();
    match(violations, "server_id", request.getServerId(), Grammar.ID);
    long rate = Integer.toUnsignedLong(request.getRate());
    if (rate > DrainSpec.HIGHEST_RATE) {
      violations.add("rate", rate, "at most " + DrainSpec.HIGHEST_RATE + ", or 0 for the default");
    }
    long millis = Integer.toUnsignedLong(request.getDeadlineMs());
    Duration deadline = millis == 0 ? DrainSpec.DEFAULT.deadline() : Duration.ofMillis(millis);
    if (deadline.compareTo(DrainSpec.SHORTEST_DEADLINE) < 0
        || deadline.compareTo(DrainSpec.LONGEST_DEADLINE) > 0) {
      violations.add(
          "deadline_ms",
          millis,
          "from "
              + DrainSpec.SHORTEST_DEADLINE.toMillis()
              + " to "
              + DrainSpec.LONGEST_DEADLINE.toMillis()
              + ", or 0 for "
              + DrainSpec.DEFAULT.deadline().toMillis());
    }
    violations.refuse();
    return new DrainSpec((int) rate, deadline);
  }

  /**
   * @throws StatusRuntimeException INVALID_ARGUMENT, if the id is none
   */
  static String cancelled(CancelDrainRequest request) {
    Violations violations = new Violations();
    match(violations, "server_id", request.getServerId(), Grammar.ID);
    violations.refuse();
    return request.getServerId();
  }

  private static void match(Violations violations, String field, String value, Grammar grammar) {
    if (!grammar.matches(value)) {
      violations.add(field, value, grammar.expression());
    }
  }

  private Optional<Address> address(
      Violations violations, String field, String text, String service) {
    try {
      Address address = Address.parse(text);
      services
          .refusal(service, address)
          .ifPresent(expected -> violations.add(field, text, expected));
      return Optional.of(address);
    } catch (IllegalArgumentException notAnAddress) {
      violations.add(field, text, "a literal ip:port, for example 10.0.0.7:7200");
      return Optional.empty();
    }
  }
}
