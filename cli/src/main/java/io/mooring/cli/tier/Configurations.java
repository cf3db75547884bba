package io.mooring.cli.tier;

import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.token.TokenIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What {@code up} says to each process; everything else is the default of {@code deploy/config}.
 */
final class Configurations {
  private final Shape shape;
  private final DevelopmentKeys keys;

  Configurations(Shape shape, DevelopmentKeys keys) {
    this.shape = shape;
    this.keys = keys;
  }

  String controlPlane(int number) {
    return """
    name: %s
    redis:
      url: %s
    http:
      address: %s
    registry:
      address: %s
    xds:
      address: %s
    admin:
      open: true
    services:
      app:
        registration-token: %s
        networks: [127.0.0.0/8]
        ports: 1024-65535
    edge:
      auth-filters: [%s]
      certificate: %s
      private-key: %s
      ticket-keys: %s
      origins: [%s]
    """
        .formatted(
            Kind.CONTROL.name(number),
            quoted(redis()),
            address(Kind.CONTROL, "http", number),
            address(Kind.CONTROL, "registry", number),
            address(Kind.CONTROL, "xds", number),
            quoted(registrationToken()),
            IntStream.rangeClosed(1, Shape.AUTH_FILTERS)
                .mapToObj(filter -> quoted(address(Kind.AUTH, "grpc", filter)))
                .collect(Collectors.joining(", ")),
            quoted(keys.edge()),
            quoted(keys.edgeKey()),
            quoted(keys.ticketKey()),
            origins());
  }

  String authFilter(int number) {
    return """
    name: %s
    redis:
      url: %s
    grpc:
      address: %s
    http:
      address: %s
    origins: [%s]
    token:
      issuer: %s
      audience: %s
      jwks: %s
    keys: %s
    """
        .formatted(
            Kind.AUTH.name(number),
            quoted(redis()),
            address(Kind.AUTH, "grpc", number),
            address(Kind.AUTH, "http", number),
            origins(),
            TokenIssuer.ISSUER,
            TokenIssuer.AUDIENCE,
            quoted(keys.jwks()),
            quoted(keys.master()));
  }

  String appServer(int number) {
    return """
    name: %s
    broker: %s
    redis:
      url: %s
    websocket:
      address: %s
    http:
      address: %s
    registry:
      addresses: [%s]
      token: %s
    keys: %s
    """
        .formatted(
            Kind.APP.name(number),
            shape.broker().name().toLowerCase(Locale.ROOT),
            quoted(redis()),
            address(Kind.APP, "websocket", number),
            address(Kind.APP, "http", number),
            quoted(address(Kind.CONTROL, "registry", 1)),
            quoted(registrationToken()),
            quoted(keys.master()));
  }

  /** Where pages of the development tier come from: its UI, and its edges. */
  private String origins() {
    List<String> origins = new ArrayList<>();
    for (String host : List.of("localhost", "127.0.0.1")) {
      origins.add("http://" + host + ":" + shape.port(Kind.CONTROL, "http", 1));
      for (int edge = 1; edge <= shape.envoys(); edge++) {
        origins.add("https://" + host + ":" + shape.port(Kind.EDGE, "wss", edge));
        origins.add("http://" + host + ":" + shape.port(Kind.EDGE, "ws", edge));
      }
    }
    return origins.stream().map(Configurations::quoted).collect(Collectors.joining(", "));
  }

  private String redis() {
    return shape.redis().orElseGet(() -> "redis://" + address(Kind.VALKEY, "redis", 1));
  }

  private String address(Kind kind, String role, int number) {
    return "127.0.0.1:" + shape.port(kind, role, number);
  }

  private String registrationToken() {
    try {
      return Files.readString(keys.registrationToken()).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + keys.registrationToken(), unreadable);
    }
  }

  private static String quoted(Path path) {
    return quoted(path.toString());
  }

  /** A double-quoted YAML scalar. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
