package io.mooring.server.registration;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.Move;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import io.mooring.registry.v1.State;
import java.time.Duration;
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
 * is: RENEWED says whether it drains, EXPIRED makes it register again as the same instance, FENCED
 * ends it. Everything but {@link #membership} happens on one thread.
 */
public final class Registration implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  /** A registry that takes longer has stopped, though its host may still take connections. */
  private static final long ANSWER_MILLIS = 1_500;

  private static final long LEAVE_MILLIS = 500;
  private static final long FIRST_BACKOFF_MILLIS = 100;

  /** Short, so that all servers have found a registry soon after one is back. */
  private static final long MOST_BACKOFF_MILLIS = 500;

  private static final long DRAINING_HEARTBEAT_MILLIS = 500;
  private static final long WISH_MILLIS = 1_000;

  private static final double JITTER = 0.1;

  private final Registrant registrant;
  private final Supplier<Load> load;
  private final Orders orders;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("registration").factory());
  private final Registries registries;
  private volatile Membership membership =
      new Membership.Registering("no registry has answered yet");

  /** The process was told to stop: new clients are refused whatever the registry says. */
  private volatile boolean departing;

  private @Nullable Claim claim;
  private long heartbeatMillis;
  private int failures;
  private @Nullable Session session;
  private @Nullable ScheduledFuture<?> planned;

  /**
   * @param load what heartbeats report; called on the registration's thread
   */
  public Registration(
      Registrant registrant,
      List<HostPort> addresses,
      Secret token,
      Supplier<Load> load,
      Orders orders) {
    this.registrant = registrant;
    this.load = load;
    this.orders = orders;
    this.registries = new Registries(addresses, token, this::onThread);
  }

  public void start() {
    onThread(this::connect);
  }

  /** What the server is now; for any thread. */
  public Membership membership() {
    Membership now = membership;
    return departing && now instanceof Membership.Registered registered
        ? new Membership.Draining(registered.generation())
        : now;
  }

  /**
   * From the return of this method on, {@link #membership} lets nobody in; the registry is asked to
   * drain the server until it does.
   *
   * @param own what the registry is asked for; its name does not matter
   * @return completes when a registry has answered, or drains the server already
   */
  public CompletableFuture<Void> depart(Order own) {
    departing = true;
    Wish wish =
        new Wish(
            registries,
            DrainRequest.newBuilder()
                .setServerId(registrant.serverId())
                .setRate(own.rate())
                .setDeadlineMs((int) own.deadline().toMillis())
                .build(),
            ANSWER_MILLIS);
    onThread(
        () -> {
          pursue(wish);
          reportNow();
        });
    return wish.answered();
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
          boolean over = over();
          membership = new Membership.Leaving();
          endSession();
          Claim held = claim;
          if (over || held == null) {
            left.complete(null);
          } else {
            deregister(held, registries.count() + 1, left);
          }
        });
    return left;
  }

  /** Tries each registry: of those that answer no more, the one in use may be the first. */
  private void deregister(Claim held, int tries, CompletableFuture<Void> left) {
    if (tries == 0) {
      left.complete(null);
      return;
    }
    registries
        .stub()
        .withDeadlineAfter(LEAVE_MILLIS, TimeUnit.MILLISECONDS)
        .deregister(
            DeregisterRequest.newBuilder().setClaim(held).build(),
            new Answer<>(
                answer -> left.complete(null),
                failure -> {
                  registries.next();
                  deregister(held, tries - 1, left);
                }));
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
    stand(held, response.getState());
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
    on.awaitAnswer();
    reports.onNext(ServerReport.newBuilder().setClaim(held).setLoad(load.get()).build());
    double factor = 1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
    plan(() -> report(on, held), (long) (intervalMillis() * factor));
  }

  private long intervalMillis() {
    return membership() instanceof Membership.Draining
        ? Math.min(heartbeatMillis, DRAINING_HEARTBEAT_MILLIS)
        : heartbeatMillis;
  }

  /** Instead of the heartbeat that is planned. */
  private void reportNow() {
    Session current = session;
    Claim held = claim;
    if (current != null && held != null) {
      unplan();
      report(current, held);
    }
  }

  /** Asks for a drain while the registry does not drain the server, also if it was called off. */
  private void pursue(Wish wish) {
    if (over()) {
      return;
    }
    if (membership instanceof Membership.Draining) {
      wish.met();
    } else if (claim != null) {
      wish.ask();
    }
    after(() -> pursue(wish), WISH_MILLIS);
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
    if (held == null) {
      return;
    }
    boolean drained = membership instanceof Membership.Draining;
    stand(held, renewed.getState());
    if (!(membership instanceof Membership.Draining)) {
      orders.stay();
      return;
    }
    if (renewed.hasMove()) {
      orders.move(order(renewed.getMove()));
    }
    if (!drained) {
      reportNow();
    }
  }

  /** Only ACTIVE ends a drain: a server is WARMING again after a lease that ended in the middle. */
  private void stand(Claim held, State state) {
    boolean draining =
        state == State.STATE_DRAINING
            || membership instanceof Membership.Draining && state != State.STATE_ACTIVE;
    membership =
        draining
            ? new Membership.Draining(held.getGeneration())
            : new Membership.Registered(held.getGeneration(), state == State.STATE_WARMING);
  }

  private static Order order(Move move) {
    return new Order(
        move.getDrainId(),
        move.getRate(),
        Duration.ofMillis(Integer.toUnsignedLong(move.getDeadlineMs())));
  }

  private void fenced(long generation) {
    log.error(
        "event=fenced server={} generation={} hint=\"another instance has this id; stop one\"",
        registrant.serverId(),
        generation);
    membership = new Membership.Fenced(generation);
    endSession();
    orders.fenced();
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
    if (ended != null) {
      ended.answered();
      if (ended.reports != null) {
        ended.reports.onError(Status.CANCELLED.asRuntimeException());
      }
    }
  }

  private boolean over() {
    return switch (membership) {
      case Membership.Registering registering -> false;
      case Membership.Registered registered -> false;
      case Membership.Draining draining -> false;
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
    planned = after(task, millis);
  }

  private @Nullable ScheduledFuture<?> after(Runnable task, long millis) {
    try {
      return thread.schedule(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("event=registration_closed");
      return null;
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
    private @Nullable ScheduledFuture<?> patience;

    /** Gives up unless something comes in time; further reports meanwhile prolong nothing. */
    private void awaitAnswer() {
      if (patience == null) {
        patience =
            after(
                () -> onError(Status.UNAVAILABLE.withDescription("no answer").asException()),
                ANSWER_MILLIS);
      }
    }

    private void answered() {
      if (patience != null) {
        patience.cancel(false);
        patience = null;
      }
    }

    @Override
    public void onNext(ServerCommand command) {
      if (session == this) {
        answered();
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
