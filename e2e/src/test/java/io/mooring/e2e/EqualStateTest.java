package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import io.mooring.registry.v1.RegisterRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What the Envoys are told when nothing changed, and what their sockets feel when much does. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EqualStateTest {
  private static final String SERVICE = "edited";
  private static final String REGISTRATION = "a-token-of-the-edited-service";
  private static final int EDITS = 200;
  private static final int ROTATIONS = 100;
  private static final int SERVERS = 8;
  private static final Duration SERVED = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A fresh control plane may wait two heartbeats before it says what it knows. */
  private static final Duration FRESH = Duration.ofSeconds(8);

  private static final long SEED = 65;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Crowd crowd;

  @BeforeAll
  static void gather() throws Exception {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
    tier.allowService(SERVICE, REGISTRATION);
    awaitInSync();
    crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL, SEED);
    crowd.gather().publish();
  }

  @Test
  @Order(1)
  void aControlPlaneThatStartsAnewWithTheSameStateSendsNothing() {
    Map<String, Long> before = received();

    tier.kill("control-1");
    tier.start("control-1");
    awaitInSync();
    tier.kill("control-2");
    awaitInSync();
    tier.start("control-2");
    tier.kill("control-1");
    tier.kill("control-2");
    List<CompletableFuture<Void>> starting = new ArrayList<>();
    for (String control : tier.controls()) {
      starting.add(CompletableFuture.runAsync(() -> tier.start(control)));
    }
    starting.forEach(CompletableFuture::join);
    awaitInSync();
    long inSync = System.nanoTime();
    Awaitility.await()
        .atMost(FRESH.multipliedBy(2))
        .until(() -> System.nanoTime() - inSync >= FRESH.toNanos());

    Map<String, Long> after = received();
    long sent =
        after.entrySet().stream()
            .mapToLong(count -> count.getValue() - before.getOrDefault(count.getKey(), 0L))
            .sum();
    System.out.printf(
        "equal state: two restarts, one after the other and both at once; the Envoys took in %d responses%n",
        sent);
    assertEquals(before, after);
  }

  @Test
  @Order(2)
  void editsAndRotationsTouchNoSocketAndNoListener() throws Exception {
    CertificateFiles files = new CertificateFiles(state.resolve("keys"));
    Map<String, Map<String, Long>> listeners = listenerChanges();
    listeners.forEach(
        (envoy, counts) -> assertTrue(counts.size() >= 5, () -> envoy + " counts only " + counts));
    double revision = tier.revision("auth-1");
    int sockets = sockets();
    crowd.clearCounts();
    long slowest = 0;

    try (RollCall roll = RollCall.begin(tier);
        Registrant registrant =
            new Registrant(tier.addresses().path("registry").path(0).asText(), REGISTRATION);
        ForeignEcho somebody = new ForeignEcho()) {
      Edits edits = new Edits(registrant, somebody.port());
      for (int rotation = 0; rotation < ROTATIONS; rotation++) {
        for (int i = 0; i < EDITS / ROTATIONS; i++) {
          edits.next();
        }
        String serial = files.rotate();
        slowest = Math.max(slowest, awaitServed(serial));
      }
      awaitInSync();
      Report report = crowd.report();
      double revisions = tier.revision("auth-1") - revision;
      System.out.printf(
          "edits: %d registry edits %s and %d certificate rotations with %d sockets: %d sockets closed, listener changes %s, %.0f revisions of the registry, slowest certificate served after %d ms; %s%n",
          edits.made.values().stream().mapToInt(Integer::intValue).sum(),
          edits.made,
          ROTATIONS,
          sockets,
          report.socketsClosed(),
          listenerChanges().equals(listeners) ? "0" : listenerChanges(),
          revisions,
          slowest,
          roll.figures());
      assertEquals(Crowd.Shape.FULL.members(), sockets);
      assertEquals(sockets, sockets());
      assertTrue(revisions >= EDITS, () -> "only " + revisions + " revisions");
      assertEquals(Map.of(), report.closed());
      assertEquals(listeners, listenerChanges());
      assertEquals(Set.of(), roll.missing());
      assertTrue(slowest <= SERVED.toMillis(), "slowest " + slowest + " ms");
    }
  }

  @Test
  @Order(3)
  void aBadCertificateIsRefusedAndTheOldOneKept() throws Exception {
    CertificateFiles files = new CertificateFiles(state.resolve("keys"));
    String good = files.rotate();
    awaitServed(good);
    crowd.clearCounts();

    Map<String, Double> refusals = new TreeMap<>();
    for (String control : tier.controls()) {
      refusals.put(control, refusals(control));
    }
    int sockets = sockets();

    String bad = files.spoil();

    for (String control : tier.controls()) {
      Awaitility.await(control + " has refused nothing")
          .atMost(PATIENCE)
          .until(() -> refusals(control) > refusals.getOrDefault(control, 0.0));
    }
    for (String envoy : tier.envoys()) {
      Set<String> served = tier.envoy(envoy).certificates();
      assertTrue(served.contains(good) && !served.contains(bad), served::toString);
    }
    try (Socket socket = tier.connect(tier.token()).get(10, TimeUnit.SECONDS)) {
      assertTrue(socket.isOpen());
    }
    System.out.printf(
        "a bad certificate: refused by both control planes, the old one served, %d of %d sockets closed%n",
        crowd.report().socketsClosed(), sockets);
    assertEquals(Crowd.Shape.FULL.members(), sockets);
    assertEquals(Map.of(), crowd.report().closed());
  }

  @Test
  @Order(4)
  void nobodyMissedAnything() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("edits: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertEquals(Set.of(), verdict.reasons(), verdict::figures);
    assertEquals(0, verdict.toldAbout(), verdict::figures);
  }

  /** Milliseconds until every Envoy serves the certificate. */
  private static long awaitServed(String serial) {
    long began = System.nanoTime();
    Awaitility.await(serial + " is not served")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                tier.envoys().stream()
                    .allMatch(envoy -> tier.envoy(envoy).certificates().contains(serial)));
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  private static void awaitInSync() {
    Awaitility.await("Envoys in sync")
        .atMost(PATIENCE)
        .ignoreException(AdminException.class)
        .until(
            () -> {
              List<AdminApi.Envoy> envoys = tier.admin().fleet().envoys();
              return envoys.size() == tier.envoys().size()
                  && envoys.stream().allMatch(envoy -> envoy.connected() && envoy.inSync());
            });
  }

  private static Map<String, Long> received() {
    Map<String, Long> all = new TreeMap<>();
    for (String envoy : tier.envoys()) {
      tier.envoy(envoy).received().forEach((name, count) -> all.put(envoy + " " + name, count));
    }
    return all;
  }

  private static int sockets() {
    return crowd.byServer().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static double refusals(String control) throws IOException, InterruptedException {
    return tier.metric(tier.control(control), "mooring_certificate_refused_total");
  }

  private static Map<String, Map<String, Long>> listenerChanges() {
    Map<String, Map<String, Long>> changes = new TreeMap<>();
    tier.envoys().forEach(envoy -> changes.put(envoy, tier.envoy(envoy).listenerChanges()));
    return changes;
  }

  /** Servers of another service that come, change and go at random. */
  private static final class Edits {
    private final Random random = new Random(SEED);
    private final Registrant registrant;
    private final int port;
    private final Map<String, RegisterRequest> there = new TreeMap<>();
    final Map<String, Integer> made = new TreeMap<>();
    private int instances;

    Edits(Registrant registrant, int port) {
      this.registrant = registrant;
      this.port = port;
    }

    void next() {
      String id = "edited-" + random.nextInt(SERVERS);
      RegisterRequest now = there.get(id);
      if (now == null) {
        register("registered", fresh(id).setWeight(8).setRelease("r1").build());
        return;
      }
      switch (random.nextInt(3)) {
        case 0 -> register("weighed", fresh(id).setWeight(1 + random.nextInt(64)).build());
        case 1 -> register("released", fresh(id).setRelease("r" + random.nextInt(1_000)).build());
        default -> {
          registrant.deregister(id);
          there.remove(id);
          made.merge("deregistered", 1, Integer::sum);
        }
      }
    }

    private RegisterRequest.Builder fresh(String id) {
      return RegisterRequest.newBuilder()
          .setServerId(id)
          .setInstanceUid("instance-" + ++instances)
          .setService(SERVICE)
          .setAddress("127.0.0.1:" + port);
    }

    private void register(String what, RegisterRequest request) {
      registrant.register(request);
      there.put(request.getServerId(), request);
      made.merge(what, 1, Integer::sum);
    }
  }
}
