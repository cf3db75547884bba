package io.mooring.server.registration;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import io.mooring.registry.v1.State;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the server and keeps its lease: one session at a time, with whichever registry answers.
 * Silence costs nothing but another try, elsewhere; only explicit answers change what the server
 * is: EXPIRED makes it register again as the same instance, FENCED ends it. Everything but {@link
 * #membership} happens on one thread.
 */
public final class Registration implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  private static final long ANSWER_MILLIS = 2_000;
  private static final long LEAVE_MILLIS = 1_000;
  private static final long FIRST_BACKOFF_MILLIS = 100;
  private static final long MOST_BACKOFF_MILLIS = 3_000;

  private static final double JITTER = 0.1;

  private final Registrant registrant;
  private final Supplier<Load> load;
  private final Runnable fenced;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("registration").factory());
  private final Registries registries;
  private volatile Membership membership =
      new Membership.Registering("no registry has answered yet");
  private @Nullable Claim claim;
  private long heartbeatMillis;
  private int failures;
  private @Nullable Session session;
  private @Nullable ScheduledFuture<?> planned;

  /**
   * @param load what heartbeats report; called on the registration's thread
   * @param fenced called once, on the registration's thread, when another instance has the id
   */
  public Registration(
      Registrant registrant,
      List<HostPort> addresses,
      Secret token,
      Supplier<Load> load,
      Runnable fenced) {
    this.registrant = registrant;
    this.load = load;
    this.fenced = fenced;
    this.registries = new Registries(addresses, token, this::onThread);
  }

  public void start() {
    onThread(this::connect);
  }

  /** What the server is now; for any thread. */
  public Membership membership() {
    return membership;
  }

  /**
   * Takes the server out of the registry, as far as one answers, and ends all calls.
   *
   * @return completes within about a second
   */
  public CompletableFuture<Void> leave() {
    CompletableFuture<Void> left = new CompletableFuture<>();
    onThread(
        () -> {
          boolean registered = membership instanceof Membership.Registered;
          membership = new Membership.Leaving();
          endSession();
          Claim held = claim;
          if (!registered || held == null) {
            left.complete(null);
            return;
          }
          registries
              .stub()
              .withDeadlineAfter(LEAVE_MILLIS, TimeUnit.MILLISECONDS)
              .deregister(
                  DeregisterRequest.newBuilder().setClaim(held).build(),
                  new Answer<>(answer -> left.complete(null), failure -> left.complete(null)));
        });
    return left;
  }

  @Override
  public void close() {
    onThread(
        () -> {
          membership = new Membership.Leaving();
          endSession();
          registries.close();
        });
    thread.shutdown();
  }

  private void connect() {
    if (over()) {
      return;
    }
    Claim held = claim;
    if (held == null) {
      register(0);
    } else {
      openSession(held);
    }
  }

  private void register(long generation) {
    RegisterRequest request =
        RegisterRequest.newBuilder()
            .setServerId(registrant.serverId())
            .setInstanceUid(registrant.instanceUid())
            .setService(registrant.service())
            .setAddress(registrant.address())
            .setApiAddress(registrant.apiAddress())
            .setWeight(registrant.weight())
            .setRelease(registrant.release())
            .addAllCapabilities(registrant.capabilities())
            .setGeneration(generation)
            .build();
    registries
        .stub()
        .withDeadlineAfter(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
        .register(request, new Answer<>(this::registered, this::notRegistered));
  }

  private void registered(RegisterResponse response) {
    if (over()) {
      return;
    }
    Claim held =
        Claim.newBuilder()
            .setServerId(registrant.serverId())
            .setInstanceUid(registrant.instanceUid())
            .setIncarnation(response.getIncarnation())
            .setGeneration(response.getGeneration())
            .build();
    claim = held;
    heartbeatMillis = Math.max(1, response.getHeartbeatMs());
    membership = new Membership.Registered(response.getGeneration(), warming(response.getState()));
    log.info(
        "event=registered registry={} server={} generation={} incarnation={}",
        registries.address(),
        registrant.serverId(),
        response.getGeneration(),
        response.getIncarnation());
    openSession(held);
  }

  private void notRegistered(Throwable failure) {
    OptionalLong newest = Overtaken.by(failure);
    if (newest.isPresent()) {
      fenced(newest.getAsLong());
    } else {
      failed(failure);
    }
  }

  private void openSession(Claim held) {
    Session opened = new Session();
    session = opened;
    opened.reports = registries.stub().session(opened);
    report(opened, held);
  }

  private void report(Session on, Claim held) {
    StreamObserver<ServerReport> reports = on.reports;
    if (over() || session != on || reports == null) {
      return;
    }
    if (on.unanswered) {
      failed(
          new StatusRuntimeException(
              Status.UNAVAILABLE.withDescription("no answer to a heartbeat")));
      return;
    }
    on.unanswered = true;
    reports.onNext(ServerReport.newBuilder().setClaim(held).setLoad(load.get()).build());
    double factor = 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
    plan(() -> report(on, held), (long) (heartbeatMillis * factor));
  }

  private void commanded(ServerCommand command) {
    if (failures > 0) {
      failures = 0;
      log.info("event=registry_back registry={}", registries.address());
    }
    switch (command.getCommandCase()) {
      case RENEWED -> renewed(command.getRenewed());
      case COMMAND_NOT_SET -> {}
      case EXPIRED -> {
        log.warn("event=lease_expired server={}", registrant.serverId());
        endSession();
        register(claim == null ? 0 : claim.getGeneration());
      }
      case FENCED -> fenced(command.getFenced().getGeneration());
    }
  }

  private void renewed(Renewed renewed) {
    Claim held = claim;
    if (held != null) {
      membership = new Membership.Registered(held.getGeneration(), warming(renewed.getState()));
    }
  }

  private static boolean warming(State state) {
    return state == State.STATE_WARMING;
  }

  private void fenced(long generation) {
    log.error(
        "event=fenced server={} generation={} hint=\"another instance has this id; stop one\"",
        registrant.serverId(),
        generation);
    membership = new Membership.Fenced(generation);
    endSession();
    fenced.run();
  }

  private void failed(Throwable failure) {
    if (over()) {
      return;
    }
    Status status = Status.fromThrowable(failure);
    String reason =
        "registry "
            + registries.address()
            + ": "
            + status.getCode()
            + " "
            + status.getDescription();
    if (failures == 0) {
      log.warn(
          "event=registry_lost reason=\"{}\" action=\"trying again, elsewhere if possible\"",
          reason);
    }
    if (claim == null) {
      membership = new Membership.Registering(reason);
    }
    endSession();
    registries.next();
    long ceiling = Math.min(MOST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures, 10));
    failures++;
    plan(this::connect, ThreadLocalRandom.current().nextLong(ceiling) + 1);
  }

  private void endSession() {
    unplan();
    Session ended = session;
    session = null;
    if (ended != null && ended.reports != null) {
      ended.reports.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  private boolean over() {
    return switch (membership) {
      case Membership.Registering registering -> false;
      case Membership.Registered registered -> false;
      case Membership.Fenced other -> true;
      case Membership.Leaving leaving -> true;
    };
  }

  private void unplan() {
    if (planned != null) {
      planned.cancel(false);
      planned = null;
    }
  }

  private void plan(Runnable task, long millis) {
    try {
      planned = thread.schedule(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("event=registration_closed");
    }
  }

  private void onThread(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException closed) {
      log.debug("event=registration_closed");
    }
  }

  /** One stream; what arrives on one that was given up does not count. */
  private final class Session implements StreamObserver<ServerCommand> {
    private @Nullable StreamObserver<ServerReport> reports;
    private boolean unanswered;

    @Override
    public void onNext(ServerCommand command) {
      if (session == this) {
        unanswered = false;
        commanded(command);
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (session == this) {
        failed(failure);
      }
    }

    @Override
    public void onCompleted() {
      onError(Status.UNAVAILABLE.withDescription("the registry ended the session").asException());
    }
  }
}
