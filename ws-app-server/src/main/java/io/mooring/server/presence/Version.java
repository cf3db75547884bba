package io.mooring.server.presence;

/**
 * Which state of a room's members it is.
 *
 * @param life a random name, another one when the room was forgotten and began anew
 * @param number 0 in the beginning, and 1 more with each join and each leave
 */
public record Version(String life, long number) {
  /** Of a room that nobody has entered lately; it has no members. */
  public static final Version NONE = new Version("", 0);

  Version after(int moves) {
    return new Version(life, number + moves);
  }
}
