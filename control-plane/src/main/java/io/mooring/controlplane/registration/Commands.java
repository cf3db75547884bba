package io.mooring.controlplane.registration;

import io.mooring.registry.Departure;
import io.mooring.registry.Drain;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import io.mooring.registry.v1.Departed;
import io.mooring.registry.v1.Expired;
import io.mooring.registry.v1.Fenced;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Move;
import io.mooring.registry.v1.Peer;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;
import java.util.List;
import java.util.Optional;

/** The registry's answers in the words of the contract. */
final class Commands {
  private static final int MOST_DEPARTED = 100;

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

  /**
   * @param complete whether a server that the view lacks has left
   */
  static Fleet fleet(RegistryView view, boolean complete) {
    return Fleet.newBuilder()
        .setIncarnation(view.incarnation())
        .setRevision(view.revision())
        .setComplete(complete)
        .addAllServers(view.servers().stream().map(Commands::peer).toList())
        .addAllDeparted(departed(view))
        .build();
  }

  private static List<Departed> departed(RegistryView view) {
    return view.departed().reversed().entrySet().stream()
        .filter(left -> left.getValue().cause() != Departure.Cause.UNSEEN)
        .filter(left -> !lives(view, left.getKey(), left.getValue().generation()))
        .limit(MOST_DEPARTED)
        .map(
            left ->
                Departed.newBuilder()
                    .setServerId(left.getKey())
                    .setGeneration(left.getValue().generation())
                    .setLost(left.getValue().cause() == Departure.Cause.EXPIRED)
                    .build())
        .toList()
        .reversed();
  }

  /** The same instance may register again after it has left. */
  private static boolean lives(RegistryView view, String id, long generation) {
    return view.server(id).filter(server -> server.generation() == generation).isPresent();
  }

  private static Peer peer(Server server) {
    return Peer.newBuilder()
        .setServerId(server.id())
        .setGeneration(server.generation())
        .setState(state(server.state()))
        .setSuspect(server.suspect())
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
