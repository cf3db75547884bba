package io.mooring.server.registration;

import io.grpc.Status;
import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.Move;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

  private static final long FIRST_BACKOFF_MILLIS = 100;

  /** Short, so that all servers have found a registry soon after one is back. */
  private static final long MOST_BACKOFF_MILLIS = 500;

  private static final long DRAINING_HEARTBEAT_MILLIS = 500;
  private static final long WISH_MILLIS = 1_000;

  private final Registrant registrant;
  private final Supplier<Load> load;
  private final Orders orders;
  private final Consumer<Fleet> fleet;
  private final Turns turns = new Turns();
  private final Registries registries;
  private volatile Membership membership =
      new Membership.Registering("no registry has answered yet");

  /** The process was told to stop: new clients are refused whatever the registry says. */
  private volatile boolean departing;

  private @Nullable Claim claim;
  private long heartbeatMillis;
  private int failures;
  private @Nullable Session session;
  private @Nullable ScheduledFuture<?> retry;

  /**
   * @param load what heartbeats report; called on the registration's thread
   * @param fleet is given what is told of the fleet; called on the registration's thread
   */
  public Registration(
      Registrant registrant,
      List<HostPort> addresses,
      Secret token,
      Supplier<Load> load,
      Orders orders,
      Consumer<Fleet> fleet) {
    this.registrant = registrant;
    this.load = load;
    this.orders = orders;
    this.fleet = fleet;
    this.registries = new Registries(addresses, token, turns);
  }

  public void start() {
    turns.execute(this::connect);
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
    Wish wish = new Wish(registries, registrant.serverId(), own);
    turns.execute(
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
    return CompletableFuture.supplyAsync(this::farewell, turns).thenCompose(said -> said);
  }

  private CompletableFuture<Void> farewell() {
    Claim held = claim;
    boolean out = over();
    end();
    return out || held == null
        ? CompletableFuture.completedFuture(null)
        : new Farewell(registries, held, load.get()).say();
  }

  @Override
  public void close() {
    turns.execute(
        () -> {
          end();
          registries.close();
        });
    turns.close();
  }

  private void end() {
    membership = new Membership.Leaving();
    endSession();
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
    registries
        .stub()
        .withDeadlineAfter(Session.ANSWER_MILLIS, TimeUnit.MILLISECONDS)
        .register(
            registrant.register(generation), new Answer<>(this::registered, this::notRegistered));
  }

  private void registered(RegisterResponse response) {
    if (over()) {
      return;
    }
    Claim held = registrant.claim(response);
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
    if (over()) {
      return;
    }
    OptionalLong newest = Overtaken.by(failure);
    if (newest.isPresent()) {
      fenced(newest.getAsLong());
    } else {
      failed(failure);
    }
  }

  private void openSession(Claim held) {
    Session opened =
        new Session(held, load, this::intervalMillis, turns, this::commanded, this::failed);
    session = opened;
    opened.start(registries.stub());
  }

  private long intervalMillis() {
    return membership() instanceof Membership.Draining
        ? Math.min(heartbeatMillis, DRAINING_HEARTBEAT_MILLIS)
        : heartbeatMillis;
  }

  private void reportNow() {
    if (session != null) {
      session.report();
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
    turns.after(WISH_MILLIS, () -> pursue(wish));
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
      case FLEET -> fleet.accept(command.getFleet());
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
    retry = turns.after(ThreadLocalRandom.current().nextLong(ceiling) + 1, this::connect);
  }

  private void endSession() {
    if (retry != null) {
      retry.cancel(false);
      retry = null;
    }
    if (session != null) {
      session.end();
      session = null;
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
}
