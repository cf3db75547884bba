package io.mooring.server.presence;

/**
 * The names of presence's keys. The first two are documented for other tools; what is beside them
 * has their name in braces and thereby their hash slot.
 */
final class PresenceKeys {
  /** What the names of the sharded pub/sub channels begin with, before a colon. */
  static final String MOVES = "moves";

  private static final String BEFORE_ROOM = MOVES + ":{room:";
  private static final String AFTER_ROOM = ":presence}";

  private PresenceKeys() {}

  /** String with the server_id of a holder: of the one who spoke last. */
  static String user(String user) {
    return "presence:" + user;
  }

  /** Hash: user → server_id of a holder, the one who came last. */
  static String room(String room) {
    return "room:" + room + ":presence";
  }

  /** Sorted set: holder → until when it is believed, in milliseconds of Redis' clock. */
  static String sockets(String key) {
    return "sockets:{" + key + "}";
  }

  /** Hash: user → the holders, separated by spaces, the one who came last at the end. */
  static String holders(String room) {
    return "holders:{" + room(room) + "}";
  }

  /** Hash: user → info, if there is one. */
  static String info(String room) {
    return "info:{" + room(room) + "}";
  }

  /** Hash: life, v; and holder → its last turn, and how many users it holds. */
  static String about(String room) {
    return "about:{" + room(room) + "}";
  }

  /** The name of the sharded pub/sub channel. */
  static String moves(String room) {
    return BEFORE_ROOM + room + AFTER_ROOM;
  }

  /** The room of which {@code moves} is the pub/sub channel. */
  static String roomOf(String moves) {
    return moves.substring(BEFORE_ROOM.length(), moves.length() - AFTER_ROOM.length());
  }

  /** All of a room, in the order in which the scripts take them. */
  static String[] ofRoom(String room) {
    return new String[] {
      room(room), sockets(room(room)), holders(room), info(room), about(room), moves(room)
    };
  }
}
