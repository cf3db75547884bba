package io.mooring.cli.tier;

import java.util.List;

/**
 * The kinds of processes of a tier, each with its ports for the first instance at port base 7000.
 */
public enum Kind {
  VALKEY("valkey", "valkey", List.of(new Port("redis", 7379))),
  CONTROL(
      "control",
      "control-plane",
      List.of(new Port("http", 7070), new Port("registry", 7100), new Port("xds", 7110))),
  AUTH("auth", "auth-filter", List.of(new Port("grpc", 7120), new Port("http", 7130))),
  APP("app", "ws-app-server", List.of(new Port("websocket", 7200), new Port("http", 7300))),
  EDGE(
      "edge",
      "envoy",
      List.of(new Port("wss", 8443), new Port("ws", 8080), new Port("admin", 9901)));

  /** The base that the documented ports stand for. */
  public static final int STANDARD_BASE = 7000;

  /**
   * A port of a process.
   *
   * @param role what it serves, as in the process's configuration
   */
  public record Port(String role, int number) {}

  private final String prefix;
  private final String program;
  private final List<Port> ports;

  Kind(String prefix, String program, List<Port> ports) {
    this.prefix = prefix;
    this.program = program;
    this.ports = ports;
  }

  /** What runs: the name of its configuration file, JVM options and AOT cache. */
  public String program() {
    return program;
  }

  /** {@code app-2}; Valkey, of which there is one, has no number. */
  public String name(int number) {
    return this == VALKEY ? prefix : prefix + "-" + number;
  }

  /** The ports of instance {@code number}, counted from 1. */
  public List<Port> ports(int number, int base) {
    return ports.stream().map(port -> new Port(port.role(), shifted(port, number, base))).toList();
  }

  /** The port of one role of instance {@code number}, counted from 1. */
  public int port(String role, int number, int base) {
    return ports.stream()
        .filter(port -> port.role().equals(role))
        .mapToInt(port -> shifted(port, number, base))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(program + " has no port " + role));
  }

  private static int shifted(Port port, int number, int base) {
    return port.number() + number - 1 + base - STANDARD_BASE;
  }
}
