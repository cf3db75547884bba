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

/**
 * What {@code up} says to each process; everything else is the default of {@code deploy/config}.
 */
final class Configurations {
  private final Shape shape;
  private final DevelopmentKeys keys;
  private final String demo;

  /**
   * @param demo where the demo page is served
   */
  Configurations(Shape shape, DevelopmentKeys keys, String demo) {
    this.shape = shape;
    this.keys = keys;
    this.demo = demo;
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
    keys: %s
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
      demo: [%s]
    """
        .formatted(
            Kind.CONTROL.name(number),
            quoted(redis()),
            address(Kind.CONTROL, "http", number),
            address(Kind.CONTROL, "registry", number),
            address(Kind.CONTROL, "xds", number),
            quoted(keys.master()),
            quoted(registrationToken()),
            all(shape.addresses(Kind.AUTH, "grpc")),
            quoted(keys.edge()),
            quoted(keys.edgeKey()),
            quoted(keys.ticketKey()),
            origins(),
            quoted(demo));
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
    token:
      issuer: %s
      audience: %s
      jwks: %s
    keys: %s
    """
        .formatted(
            Kind.APP.name(number),
            shape.broker().name().toLowerCase(Locale.ROOT),
            quoted(redis()),
            address(Kind.APP, "websocket", number),
            address(Kind.APP, "http", number),
            all(shape.addresses(Kind.CONTROL, "registry")),
            quoted(registrationToken()),
            TokenIssuer.ISSUER,
            TokenIssuer.AUDIENCE,
            quoted(keys.jwks()),
            quoted(keys.master()));
  }

  /** Where pages of the development tier come from: its UI, and its edges. */
  private String origins() {
    List<String> origins = new ArrayList<>();
    for (Shape.Member member : shape.members()) {
      for (String host : List.of("localhost", "127.0.0.1")) {
        switch (member.kind()) {
          case CONTROL -> origins.add("http://" + host + ":" + port(member, "http"));
          case EDGE -> {
            origins.add("https://" + host + ":" + port(member, "wss"));
            origins.add("http://" + host + ":" + port(member, "ws"));
          }
          case VALKEY, AUTH, APP -> {}
        }
      }
    }
    return all(origins);
  }

  private String redis() {
    return shape.redis().orElseGet(() -> "redis://" + address(Kind.VALKEY, "redis", 1));
  }

  private String address(Kind kind, String role, int number) {
    return shape.address(kind, role, number);
  }

  private int port(Shape.Member member, String role) {
    return shape.port(member.kind(), role, member.number());
  }

  /** The elements of a YAML list. */
  private static String all(List<String> texts) {
    return texts.stream().map(Configurations::quoted).collect(Collectors.joining(", "));
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
