package io.mooring.controlplane.registration;

import io.grpc.stub.StreamObserver;
import io.mooring.registry.Claim;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.v1.ServerCommand;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One open stream of a server. Told of by its own reports, and by changes of the registry. */
final class Session {
  private final StreamObserver<ServerCommand> commands;
  private @Nullable Claim claim;
  private @Nullable ServerCommand last;
  private boolean ended;

  Session(StreamObserver<ServerCommand> commands) {
    this.commands = commands;
  }

  /** Answers a report. */
  synchronized void answer(Claim reported, ServerCommand command) {
    claim = reported;
    send(command);
  }

  /** Tells the server what a change of the registry means to it, if it means anything new. */
  synchronized void follow(RegistryView view) {
    if (claim == null) {
      return;
    }
    Claim held = claim;
    Optional<ServerCommand> news = view.server(held.serverId()).flatMap(now -> news(held, now));
    if (news.isPresent() && !news.get().equals(last)) {
      send(news.get());
    }
  }

  synchronized void end() {
    if (!ended) {
      ended = true;
      commands.onCompleted();
    }
  }

  synchronized void fail(Throwable error) {
    if (!ended) {
      ended = true;
      commands.onError(error);
    }
  }

  private static Optional<ServerCommand> news(Claim held, Server now) {
    boolean same = now.instanceUid().equals(held.instanceUid());
    if (same && now.generation() == held.generation() && now.state() != ServerState.GONE) {
      return Optional.of(Commands.renewed(now.state()));
    }
    return !same && now.generation() > held.generation()
        ? Optional.of(Commands.fenced(now.generation()))
        : Optional.empty();
  }

  private void send(ServerCommand command) {
    if (!ended) {
      last = command;
      commands.onNext(command);
    }
  }
}
