package io.mooring.controlplane.registration;

import io.grpc.stub.CallStreamObserver;
import io.mooring.registry.Claim;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import io.mooring.registry.v1.ServerCommand;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One open stream of a server. Told of by its own reports, and by changes of the registry: an
 * answer carries its revision, so that whichever of the two is newer is said last. Of the others it
 * hears by the news of the fleet, once its claim was found to hold.
 */
final class Session {
  private final CallStreamObserver<ServerCommand> commands;
  private final Supplier<RegistryView> view;
  private final Supplier<Optional<ServerCommand>> fleet;
  private @Nullable Claim claim;
  private long answered;
  private @Nullable ServerCommand last;
  private @Nullable ServerCommand lastOfFleet;
  private boolean ended;

  /**
   * @param fleet what there is to tell of the fleet
   */
  Session(
      CallStreamObserver<ServerCommand> commands,
      Supplier<RegistryView> view,
      Supplier<Optional<ServerCommand>> fleet) {
    this.commands = commands;
    this.view = view;
    this.fleet = fleet;
  }

  /** Answers a report. */
  synchronized void answer(Claim reported, Standing standing) {
    ServerCommand answer = Commands.of(standing);
    if (standing instanceof Standing.Held held) {
      claim = reported;
      answered = held.revision();
      // Changes of before the first report, and of while Redis was asked.
      RegistryView newest = view.get();
      boolean newer =
          newest.incarnation().equals(reported.incarnation()) && newest.revision() > answered;
      send(newer ? news(reported, newest).orElse(answer) : answer);
      tellFleet();
    } else {
      claim = null;
      send(answer);
    }
  }

  /** Tells the server what a change of the registry means to it, if it means anything new. */
  synchronized void follow(RegistryView changed) {
    Claim held = claim;
    if (held == null
        || (changed.incarnation().equals(held.incarnation()) && changed.revision() < answered)) {
      return;
    }
    Optional<ServerCommand> news = news(held, changed);
    if (news.isPresent() && !news.get().equals(last)) {
      send(news.get());
    }
  }

  /**
   * Tells the server of the fleet, if it was not told that yet, and takes in what it is told: so
   * that nothing piles up for one that stands still. To be called again when it does.
   */
  synchronized void tellFleet() {
    Optional<ServerCommand> news = fleet.get();
    if (ended || claim == null || news.isEmpty() || news.get().equals(lastOfFleet)) {
      return;
    }
    if (!commands.isReady()) {
      return;
    }
    lastOfFleet = news.get();
    commands.onNext(news.get());
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

  private static Optional<ServerCommand> news(Claim held, RegistryView view) {
    return view.server(held.serverId()).flatMap(now -> news(held, now));
  }

  private static Optional<ServerCommand> news(Claim held, Server now) {
    boolean same = now.instanceUid().equals(held.instanceUid());
    if (same && now.generation() == held.generation() && now.state() != ServerState.GONE) {
      return Optional.of(Commands.renewed(now.state(), now.drain()));
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
