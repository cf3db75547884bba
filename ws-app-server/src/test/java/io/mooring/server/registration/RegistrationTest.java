package io.mooring.server.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.Peer;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;
import io.mooring.server.fleet.FleetMemory;
import io.mooring.server.fleet.FleetView;
import io.mooring.server.stand.Registrar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistrationTest {
  private final Ordered orders = new Ordered();
  private final FleetMemory fleet = new FleetMemory();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void saysWhoTheServerIsAndKeepsItsLease() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());

    Awaitility.await().until(() -> registrar.reports.size() >= 3);

    RegisterRequest request = registrar.registrations.getFirst();
    assertEquals(1, registrar.registrations.size());
    assertEquals("app-1", request.getServerId());
    assertEquals("uid-1", request.getInstanceUid());
    assertEquals("app", request.getService());
    assertEquals("127.0.0.1:7200", request.getAddress());
    assertEquals("127.0.0.1:7300", request.getApiAddress());
    assertEquals(8, request.getWeight());
    assertEquals("r1", request.getRelease());
    assertEquals(List.of("verdict/1"), request.getCapabilitiesList());
    assertTrue(registrar.tokens.stream().allMatch("Bearer secret"::equals));
    assertEquals(5, registrar.reports.getLast().getLoad().getConnections());
    assertEquals(7, registrar.reports.getLast().getClaim().getGeneration());
    assertEquals(new Membership.Registered(7, false), registration.membership());
  }

  @Test
  void tellsWarmingFromActive() throws IOException {
    Registrar registrar = registrar();
    registrar.state = State.STATE_WARMING;
    Registration registration = registration(registrar.address());
    Awaitility.await()
        .until(() -> registration.membership().equals(new Membership.Registered(7, true)));

    registrar.state = State.STATE_ACTIVE;

    Awaitility.await()
        .until(() -> registration.membership().equals(new Membership.Registered(7, false)));
  }

  @Test
  void goesToAnotherRegistryWhenOneRefusesConnections() throws IOException {
    HostPort nobody = closedPort();
    Registrar registrar = registrar();
    Registration registration = registration(nobody, registrar.address());

    Awaitility.await().until(() -> registration.membership() instanceof Membership.Registered);
  }

  @Test
  void goesToAnotherRegistryWhenOneAcceptsAndIsSilent() throws IOException {
    ServerSocket frozen = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(frozen);
    Registrar registrar = registrar();
    Registration registration =
        registration(new HostPort("127.0.0.1", frozen.getLocalPort()), registrar.address());

    Awaitility.await().until(() -> registration.membership() instanceof Membership.Registered);
  }

  @Test
  void takesItsClaimToAnotherRegistryWhenAnsweredNoMore() throws IOException {
    Registrar first = registrar();
    Registrar second = registrar();
    Registration registration = registration(first.address(), second.address());
    Awaitility.await().until(() -> first.reports.size() >= 2);

    first.mood = Registrar.Mood.SILENT;

    Awaitility.await().until(() -> second.reports.size() >= 2);
    assertEquals(0, second.registrations.size());
    assertEquals(first.reports.getFirst().getClaim(), second.reports.getFirst().getClaim());
    assertEquals(new Membership.Registered(7, false), registration.membership());
  }

  @Test
  void losesNothingWhileNoRegistryAnswers() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);
    int reports = registrar.reports.size();

    registrar.mood = Registrar.Mood.SILENT;
    Awaitility.await().until(() -> registrar.reports.size() >= reports + 5);
    assertEquals(new Membership.Registered(7, false), registration.membership());
    registrar.mood = Registrar.Mood.RENEWS;
    int before = registrar.reports.size();

    Awaitility.await().until(() -> registrar.reports.size() >= before + 3);
    assertEquals(1, registrar.registrations.size());
    assertEquals(0, orders.fenced.get());
  }

  @Test
  void registersAgainAsTheSameInstanceWhenItsLeaseHasExpired() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);

    registrar.mood = Registrar.Mood.EXPIRES_ONCE;

    Awaitility.await().until(() -> registrar.registrations.size() == 2);
    assertEquals("uid-1", registrar.registrations.get(1).getInstanceUid());
    assertEquals(7, registrar.registrations.get(1).getGeneration());
    int before = registrar.reports.size();
    Awaitility.await().until(() -> registrar.reports.size() >= before + 2);
    assertEquals(new Membership.Registered(7, false), registration.membership());
  }

  @Test
  void endsWhenAnotherInstanceHasTheId() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);

    registrar.mood = Registrar.Mood.FENCES;

    Awaitility.await().until(() -> orders.fenced.get() == 1);
    assertEquals(new Membership.Fenced(99), registration.membership());
  }

  @Test
  void endsWhenRefusedOnItsReturn() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);

    registrar.mood = Registrar.Mood.OVERTAKEN;

    Awaitility.await().until(() -> orders.fenced.get() == 1);
    assertEquals(new Membership.Fenced(99), registration.membership());
  }

  @Test
  void saysWhatIsInTheWayUntilItIsRegistered() throws IOException {
    Registration registration = registration(closedPort());

    Awaitility.await()
        .until(
            () ->
                registration.membership() instanceof Membership.Registering registering
                    && registering.reason().contains("UNAVAILABLE"));
  }

  @Test
  void leavesWithItsClaim() throws Exception {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);

    registration.leave().get(5, TimeUnit.SECONDS);

    assertEquals(7, registrar.departures.getFirst().getClaim().getGeneration());
    assertInstanceOf(Membership.Leaving.class, registration.membership());
  }

  @Test
  void carriesOutTheStandingOrderWhoeverAnswers() throws IOException {
    Registrar first = registrar();
    Registrar second = registrar();
    Registration registration = registration(first.address(), second.address());
    Awaitility.await().until(() -> orders.last.get().equals("stay"));

    first.drain("d1", 20, Duration.ofSeconds(300));
    second.drain("d1", 20, Duration.ofSeconds(300));

    Awaitility.await().until(() -> orders.last.get().equals("move d1 20/s PT5M"));
    assertEquals(new Membership.Draining(7), registration.membership());

    first.mood = Registrar.Mood.SILENT;
    second.drain("d1", 40, Duration.ofSeconds(60));

    Awaitility.await().until(() -> orders.last.get().equals("move d1 40/s PT1M"));
    assertEquals(new Membership.Draining(7), registration.membership());

    second.cancelDrain();

    Awaitility.await().until(() -> orders.last.get().equals("stay"));
    assertEquals(new Membership.Registered(7, false), registration.membership());
  }

  @Test
  void drainsOnWhileNoRegistryAnswers() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    registrar.drain("d1", 20, Duration.ofSeconds(300));
    Awaitility.await().until(() -> orders.last.get().equals("move d1 20/s PT5M"));
    int sessions = registrar.sessions.get();

    registrar.mood = Registrar.Mood.SILENT;

    Awaitility.await().until(() -> registrar.sessions.get() >= sessions + 2);
    assertEquals(new Membership.Draining(7), registration.membership());
    assertEquals("move d1 20/s PT5M", orders.last.get());
  }

  @Test
  void isStillDrainingWhenItWarmsUpAgainAfterALeaseThatEnded() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    registrar.drain("d1", 20, Duration.ofSeconds(300));
    Awaitility.await().until(() -> registration.membership() instanceof Membership.Draining);

    registrar.state = State.STATE_WARMING;
    registrar.mood = Registrar.Mood.EXPIRES_ONCE;

    Awaitility.await().until(() -> registrar.registrations.size() == 2);
    int before = registrar.reports.size();
    Awaitility.await().until(() -> registrar.reports.size() >= before + 2);
    assertEquals(new Membership.Draining(7), registration.membership());

    registrar.cancelDrain();

    Awaitility.await()
        .until(() -> registration.membership().equals(new Membership.Registered(7, false)));
  }

  @Test
  void refusesAtOnceAndAsksToBeDrainedWhenItDeparts() throws Exception {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);

    CompletableFuture<Void> answered =
        registration.depart(new Order("", 30, Duration.ofSeconds(200)));

    assertEquals(new Membership.Draining(7), registration.membership());
    answered.get(5, TimeUnit.SECONDS);
    DrainRequest wish = registrar.wishes.getFirst();
    assertEquals("app-1", wish.getServerId());
    assertEquals(30, wish.getRate());
    assertEquals(200_000, wish.getDeadlineMs());
    Awaitility.await().until(() -> orders.last.get().equals("move wish 30/s PT3M20S"));
  }

  @Test
  void asksAgainWhileItIsNotDrained() throws Exception {
    Registrar registrar = registrar();
    registrar.grants = false;
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);

    CompletableFuture<Void> answered =
        registration.depart(new Order("", 0, Duration.ofSeconds(300)));

    Awaitility.await().until(() -> registrar.wishes.size() >= 3);
    assertFalse(answered.isDone());
    registrar.grants = true;
    answered.get(5, TimeUnit.SECONDS);
  }

  @Test
  void doesNotAskForTheDrainThatItIsIn() throws Exception {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    registrar.drain("d1", 20, Duration.ofSeconds(300));
    Awaitility.await().until(() -> orders.last.get().equals("move d1 20/s PT5M"));

    registration.depart(new Order("", 0, Duration.ofSeconds(300))).get(5, TimeUnit.SECONDS);

    assertEquals(0, registrar.wishes.size());
  }

  @Test
  void leavesByAnotherRegistryWhenOneAnswersNoMore() throws Exception {
    Registrar first = registrar();
    Registrar second = registrar();
    Registration registration = registration(first.address(), second.address());
    Awaitility.await().until(() -> first.reports.size() >= 2);
    first.close();

    registration.leave().get(5, TimeUnit.SECONDS);

    assertEquals(7, second.departures.getFirst().getClaim().getGeneration());
  }

  @Test
  void keepsTheFleetWhileNoRegistryAnswersAndBeliesNobodyWhenAnotherKnowsLess() throws Exception {
    Registrar first = registrar();
    Registrar second = registrar();
    registration(first.address(), second.address());
    Awaitility.await().until(() -> first.reports.size() >= 2);
    first.tell(fleet(8, "app-2", "app-3"));
    first.tell(fleet(9, "app-2"));
    Awaitility.await().until(() -> fleet.view().isDead("app-3", 1));
    FleetView last = fleet.view();

    first.close();
    Awaitility.await().until(() -> second.reports.size() >= 2);
    assertEquals(last, fleet.view());
    second.tell(fleet(7));
    second.tell(fleet(10, "app-2", "app-4"));

    Awaitility.await().until(() -> fleet.view().knows("app-4", 1));
    assertFalse(fleet.view().isDead("app-2", 1));
    assertTrue(fleet.view().isDead("app-3", 1));
  }

  @Test
  void takesACommandThatItDoesNotKnowForNoAnswer() throws IOException {
    Registrar registrar = registrar();
    Registration registration = registration(registrar.address());
    Awaitility.await().until(() -> registrar.reports.size() >= 2);
    int sessions = registrar.sessions.get();

    registrar.mood = Registrar.Mood.MURMURS;

    Awaitility.await().until(() -> registrar.sessions.get() >= sessions + 2);
    assertEquals(new Membership.Registered(7, false), registration.membership());
    registrar.mood = Registrar.Mood.RENEWS;
    int before = registrar.reports.size();
    Awaitility.await().until(() -> registrar.reports.size() >= before + 3);
    assertEquals(1, registrar.registrations.size());
  }

  private static ServerCommand fleet(long revision, String... servers) {
    Fleet.Builder told =
        Fleet.newBuilder().setIncarnation("life").setRevision(revision).setComplete(true);
    for (String server : servers) {
      told.addServers(
          Peer.newBuilder().setServerId(server).setGeneration(1).setState(State.STATE_ACTIVE));
    }
    return ServerCommand.newBuilder().setFleet(told).build();
  }

  /** Remembers what it was told last. */
  private static final class Ordered implements Orders {
    private final AtomicReference<String> last = new AtomicReference<>("nothing");
    private final AtomicInteger fenced = new AtomicInteger();

    @Override
    public void stay() {
      last.set("stay");
    }

    @Override
    public void move(Order order) {
      last.set("move " + order.drainId() + " " + order.rate() + "/s " + order.deadline());
    }

    @Override
    public void fenced() {
      fenced.incrementAndGet();
    }
  }

  private Registrar registrar() throws IOException {
    Registrar registrar = Registrar.start();
    open.add(registrar);
    return registrar;
  }

  private Registration registration(HostPort... registries) {
    Registration registration =
        new Registration(
            new Registrant(
                "app-1",
                "uid-1",
                "app",
                "127.0.0.1:7200",
                "127.0.0.1:7300",
                8,
                "r1",
                List.of("verdict/1")),
            List.of(registries),
            Secret.of("secret"),
            () -> Load.newBuilder().setConnections(5).build(),
            orders,
            fleet::told);
    open.add(registration);
    registration.start();
    return registration;
  }

  private static HostPort closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new HostPort("127.0.0.1", socket.getLocalPort());
    }
  }
}
