package io.mooring.server.presence;

/** What changes who is in a room. */
public sealed interface Move {
  String user();

  /** The user was not in the room, on any server, and is now. */
  record Join(String user, String info) implements Move {}

  /** The last server that held the user in the room does so no more. */
  record Leave(String user) implements Move {}
}
