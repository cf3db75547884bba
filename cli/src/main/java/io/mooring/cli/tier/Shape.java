package io.mooring.cli.tier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code up} was asked for.
 *
 * @param servers app servers, 1 to {@value #MOST}
 * @param envoys edges, 1 to {@value #MOST}
 * @param broker how messages travel between app servers
 * @param portBase the documented ports are those of base 7000
 * @param redis a Redis or Valkey to use instead of starting one
 */
public record Shape(int servers, int envoys, Broker broker, int portBase, Optional<String> redis) {
  /** The ranges of ports of two kinds would meet beyond this. */
  public static final int MOST = 50;

  static final int LOWEST_BASE = 1024;
  static final int HIGHEST_BASE = 62000;

  /** Two, so that the edge survives the loss of one. */
  public static final int AUTH_FILTERS = 2;

  /** How messages travel between app servers. */
  public enum Broker {
    REDIS,
    MEMORY
  }

  public Shape {
    between("--servers", servers, 1, MOST);
    between("--envoys", envoys, 1, MOST);
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
    if (redis.isEmpty()) {
      members.add(new Member(Kind.VALKEY, 1));
    }
    members.add(new Member(Kind.CONTROL, 1));
    for (int number = 1; number <= AUTH_FILTERS; number++) {
      members.add(new Member(Kind.AUTH, number));
    }
    for (int number = 1; number <= servers; number++) {
      members.add(new Member(Kind.APP, number));
    }
    for (int number = 1; number <= envoys; number++) {
      members.add(new Member(Kind.EDGE, number));
    }
    return members;
  }

  public int port(Kind kind, String role, int number) {
    return kind.port(role, number, portBase);
  }

  private static void between(String option, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          "%s %d: expected %d to %d".formatted(option, value, lowest, highest));
    }
  }
}
