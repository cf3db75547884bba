package io.mooring.server.registration;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream of heartbeats to a registry and of what it commands. Ends by {@link #end}, or by one
 * failure, of which silence is one; what arrives afterwards does not count. Confined to the thread
 * of its registration.
 */
final class Session implements StreamObserver<ServerCommand> {
  /** A registry that takes longer has stopped, though its host may still take connections. */
  static final long ANSWER_MILLIS = 1_500;

  private static final double JITTER = 0.1;

  private final Claim claim;
  private final Supplier<Load> load;
  private final LongSupplier intervalMillis;
  private final Turns turns;
  private final Consumer<ServerCommand> commanded;
  private final Consumer<Throwable> failed;
  private @Nullable StreamObserver<ServerReport> reports;
  private @Nullable ScheduledFuture<?> next;
  private @Nullable ScheduledFuture<?> patience;

  /**
   * @param intervalMillis from a heartbeat to the next, asked anew each time
   * @param failed called at most once, also if it was the registry that ended the session
   */
  Session(
      Claim claim,
      Supplier<Load> load,
      LongSupplier intervalMillis,
      Turns turns,
      Consumer<ServerCommand> commanded,
      Consumer<Throwable> failed) {
    this.claim = claim;
    this.load = load;
    this.intervalMillis = intervalMillis;
    this.turns = turns;
    this.commanded = commanded;
    this.failed = failed;
  }

  void start(RegistryGrpc.RegistryStub registry) {
    reports = registry.session(this);
    report();
  }

  /** Sends a heartbeat now, instead of the one that is planned. */
  void report() {
    StreamObserver<ServerReport> open = reports;
    if (open == null) {
      return;
    }
    cancel(next);
    if (patience == null) {
      patience = turns.after(ANSWER_MILLIS, this::silent);
    }
    open.onNext(ServerReport.newBuilder().setClaim(claim).setLoad(load.get()).build());
    double factor = 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
    next = turns.after((long) (intervalMillis.getAsLong() * factor), this::report);
  }

  void end() {
    StreamObserver<ServerReport> open = reports;
    reports = null;
    cancel(next);
    cancel(patience);
    if (open != null) {
      open.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  @Override
  public void onNext(ServerCommand command) {
    if (reports != null) {
      if (answers(command)) {
        cancel(patience);
        patience = null;
      }
      commanded.accept(command);
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (reports != null) {
      end();
      failed.accept(failure);
    }
  }

  @Override
  public void onCompleted() {
    onError(Status.UNAVAILABLE.withDescription("the registry ended the session").asException());
  }

  private static boolean answers(ServerCommand command) {
    return switch (command.getCommandCase()) {
      case RENEWED, EXPIRED, FENCED -> true;
      case FLEET, COMMAND_NOT_SET -> false;
    };
  }

  private void silent() {
    onError(Status.UNAVAILABLE.withDescription("no answer to a heartbeat").asException());
  }

  private static void cancel(@Nullable ScheduledFuture<?> planned) {
    if (planned != null) {
      planned.cancel(false);
    }
  }
}
