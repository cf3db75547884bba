package io.mooring.cli.tier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What {@code up} was asked for.
 *
 * @param size how many processes of each kind
 * @param broker how messages travel between app servers
 * @param portBase the documented ports are those of base 7000
 * @param redis a Redis or Valkey to use instead of starting one
 */
public record Shape(Size size, Broker broker, int portBase, Optional<String> redis) {
  static final int LOWEST_BASE = 1024;
  static final int HIGHEST_BASE = 62000;

  /**
   * How many processes of each kind.
   *
   * @param controlPlanes 1 to {@value #MOST_REPLICAS}
   * @param authFilters 1 to {@value #MOST_REPLICAS}
   * @param servers app servers, 1 to {@value #MOST}
   * @param envoys edges, 1 to {@value #MOST}
   */
  public record Size(int controlPlanes, int authFilters, int servers, int envoys) {
    /** The ranges of ports of two kinds would meet beyond this. */
    public static final int MOST = 50;

    /** The ports of control planes, and those of auth-filters, are ten apart. */
    public static final int MOST_REPLICAS = 10;

    /** What {@code up} starts when it is not told otherwise. */
    public static final Size USUAL = new Size(1, 2, 3, 2);

    public Size {
      between("--control-planes", controlPlanes, 1, MOST_REPLICAS);
      between("--auth-filters", authFilters, 1, MOST_REPLICAS);
      between("--servers", servers, 1, MOST);
      between("--envoys", envoys, 1, MOST);
    }

    int of(Kind kind) {
      return switch (kind) {
        case VALKEY -> 1;
        case CONTROL -> controlPlanes;
        case AUTH -> authFilters;
        case APP -> servers;
        case EDGE -> envoys;
      };
    }
  }

  /** How messages travel between app servers. */
  public enum Broker {
    REDIS,
    MEMORY
  }

  public Shape {
    between("--port-base", portBase, LOWEST_BASE, HIGHEST_BASE);
  }

  /** One process: what it is and its number among its kind, counted from 1. */
  public record Member(Kind kind, int number) {
    public String name() {
      return kind.name(number);
    }
  }

  /** Every process of the tier, in the order in which they are started. */
  public List<Member> members() {
    List<Member> members = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind != Kind.VALKEY || redis.isEmpty()) {
        members(kind).forEach(members::add);
      }
    }
    return members;
  }

  public int port(Kind kind, String role, int number) {
    return kind.port(role, number, portBase);
  }

  /** The loopback addresses, {@code host:port}, of one role of all processes of a kind. */
  public List<String> addresses(Kind kind, String role) {
    return members(kind).map(member -> address(kind, role, member.number())).toList();
  }

  /** The loopback address, {@code host:port}, of one role of one process. */
  public String address(Kind kind, String role, int number) {
    return "127.0.0.1:" + port(kind, role, number);
  }

  private Stream<Member> members(Kind kind) {
    return IntStream.rangeClosed(1, size.of(kind)).mapToObj(number -> new Member(kind, number));
  }

  private static void between(String option, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          "%s %d: expected %d to %d".formatted(option, value, lowest, highest));
    }
  }
}
