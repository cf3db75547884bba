package io.mooring.controlplane.registration;

import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import io.mooring.registry.v1.Expired;
import io.mooring.registry.v1.Fenced;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;

/** The registry's answers in the words of the contract. */
final class Commands {
  private Commands() {}

  static ServerCommand of(Standing standing) {
    return switch (standing) {
      case Standing.Held held -> renewed(held.state());
      case Standing.Expired expired ->
          ServerCommand.newBuilder().setExpired(Expired.getDefaultInstance()).build();
      case Standing.Fenced fenced -> fenced(fenced.generation());
    };
  }

  static ServerCommand renewed(ServerState state) {
    return ServerCommand.newBuilder()
        .setRenewed(Renewed.newBuilder().setState(state(state)))
        .build();
  }

  static ServerCommand fenced(long generation) {
    return ServerCommand.newBuilder()
        .setFenced(Fenced.newBuilder().setGeneration(generation))
        .build();
  }

  static State state(ServerState state) {
    return switch (state) {
      case WARMING -> State.STATE_WARMING;
      case ACTIVE -> State.STATE_ACTIVE;
      case DRAINING -> State.STATE_DRAINING;
      case GONE -> State.STATE_UNSPECIFIED;
    };
  }
}
