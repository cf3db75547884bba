package io.mooring.registry;

/**
 * What a server proves with each write: which life of the registry, and which life of the server.
 *
 * @param serverId {@link Grammar#ID}
 * @param incarnation the life of the registry in which the server registered
 * @param generation +1 each time a new instance takes the id; at least 1
 * @param instanceUid {@link Grammar#ID}, new for every start of the program
 */
public record Claim(String serverId, String incarnation, long generation, String instanceUid) {
  public Claim {
    Grammar.ID.require("server_id", serverId);
    Grammar.ID.require("instance_uid", instanceUid);
    if (generation < 1) {
      throw new IllegalArgumentException("generation " + generation + " is not at least 1");
    }
  }
}
