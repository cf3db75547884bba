package io.mooring.controlplane.registration;

import io.mooring.registry.Drain;
import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import io.mooring.registry.v1.Expired;
import io.mooring.registry.v1.Fenced;
import io.mooring.registry.v1.Move;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;
import java.util.Optional;

/** The registry's answers in the words of the contract. */
final class Commands {
  private Commands() {}

  static ServerCommand of(Standing standing) {
    return switch (standing) {
      case Standing.Held held -> renewed(held.state(), held.drain());
      case Standing.Expired expired ->
          ServerCommand.newBuilder().setExpired(Expired.getDefaultInstance()).build();
      case Standing.Fenced fenced -> fenced(fenced.generation());
    };
  }

  /** The whole standing order, not what has changed of it. */
  static ServerCommand renewed(ServerState state, Optional<Drain> drain) {
    Renewed.Builder renewed = Renewed.newBuilder().setState(state(state));
    drain.filter(Drain::released).map(Commands::move).ifPresent(renewed::setMove);
    return ServerCommand.newBuilder().setRenewed(renewed).build();
  }

  private static Move move(Drain drain) {
    return Move.newBuilder()
        .setDrainId(drain.id())
        .setRate(drain.spec().rate())
        .setDeadlineMs(Math.toIntExact(drain.spec().deadline().toMillis()))
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
