package io.mooring.controlplane.drain;

import io.mooring.registry.Server;

/** One run of a server's program. */
final class Instance {
  private Instance() {}

  static boolean same(Server one, Server other) {
    return one.id().equals(other.id())
        && one.generation() == other.generation()
        && one.instanceUid().equals(other.instanceUid());
  }
}
