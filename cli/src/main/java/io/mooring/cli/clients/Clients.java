package io.mooring.cli.clients;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.mooring.cli.keys.DemoTokens;
import io.mooring.client.State;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** All clients, which take turns on the edges, on the channels, and at publishing. Any thread. */
public final class Clients implements AutoCloseable {
  /** An edge gives a client five seconds for TLS, and all of them share its processor. */
  private static final int AT_ONCE = 50;

  private static final long POLL_MILLIS = 100;
  private static final Duration TOKEN_LIFE = Duration.ofHours(1);

  private final Load load;
  private final Tally tally = new Tally();
  private final Disturbances disturbances = new Disturbances(tally);
  private final Troubles troubles = new Troubles();
  private final Semaphore attempts = new Semaphore(AT_ONCE);
  private final List<Member> members = new ArrayList<>();
  private final AtomicInteger joined = new AtomicInteger();
  private final AtomicInteger publications = new AtomicInteger();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon(true).name("publish").factory());

  /**
   * @param edges at least one
   * @param http trusts the edges
   */
  public Clients(Load load, List<URI> edges, HttpClient http, DemoTokens tokens) {
    this.load = load;
    for (int i = 0; i < load.clients(); i++) {
      String user = "demo-" + (i + 1);
      members.add(
          new Member(
              edges.get(i % edges.size()),
              http,
              () -> tokens.issue(user, TOKEN_LIFE),
              tally,
              disturbances,
              troubles::add,
              attempts::release));
    }
  }

  /**
   * Lets all connect, a few at a time; returns when the last one has begun to.
   *
   * @param progress is told how many have
   * @param end ends it sooner
   */
  void gather(IntConsumer progress, CompletableFuture<Void> end) throws InterruptedException {
    for (int i = 0; i < members.size() && !end.isDone(); i++) {
      while (!attempts.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (end.isDone()) {
          return;
        }
      }
      members.get(i).join(load.channel(i));
      progress.accept(joined.incrementAndGet());
    }
  }

  /** Publishes at the load's rate from now on. */
  void publish() {
    if (load.rate() > 0) {
      long every = TimeUnit.SECONDS.toNanos(1) / load.rate();
      clock.scheduleAtFixedRate(this::publishOne, 0, every, TimeUnit.NANOSECONDS);
    }
  }

  private void publishOne() {
    int number = publications.getAndIncrement();
    members
        .get(number % members.size())
        .publish(load.channel(number), JsonNodeFactory.instance.objectNode().put("n", number));
  }

  Figures figures() {
    int connected = 0;
    int closed = 0;
    for (Member member : members) {
      switch (member.state()) {
        case OPEN, MOVING -> connected++;
        case CLOSED -> closed++;
        case IDLE, CONNECTING, WAITING -> {}
      }
    }
    return new Figures(
        load.clients(),
        connected,
        joined.get() - connected - closed,
        closed,
        tally.received.sum(),
        tally.lost.sum(),
        tally.doubled.sum(),
        tally.published.sum(),
        tally.unpublished.sum(),
        tally.returns.sum(),
        tally.moves.sum());
  }

  /** The disturbance that is over now, once. */
  Optional<Disturbance> disturbance() {
    boolean settled =
        members.stream()
            .map(Member::state)
            .allMatch(state -> state == State.OPEN || state == State.CLOSED);
    return disturbances.over(settled, System.nanoTime());
  }

  /** What went wrong and was not told yet. */
  Optional<String> trouble() {
    return troubles.next();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    members.forEach(Member::leave);
  }
}
