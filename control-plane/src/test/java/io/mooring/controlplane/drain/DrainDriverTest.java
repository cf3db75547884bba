package io.mooring.controlplane.drain;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.Tier;
import io.mooring.controlplane.acknowledgement.EnvoyReport;
import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.controlplane.load.Loads;
import io.mooring.registry.Admission;
import io.mooring.registry.Claim;
import io.mooring.registry.Drain;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Fence;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each step of a drain, taken one at a time, in a registry that is a real Valkey. */
class DrainDriverTest {
  private static final String SERVER = "{mooring}:server:app-1";
  private static final DrainSpec SPEC = new DrainSpec(20, Duration.ofSeconds(60));

  @TempDir Path folder;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Tier tier;
  private EnvoyReports reports;
  private Drains drains;
  private Claim claim;
  private DrainDriver leader;

  @BeforeEach
  void start() {
    tier = new Tier(folder);
    reports = new EnvoyReports(tier.envoys());
    drains = new Drains(tier.store(), reports, new Loads(tier.store()), meters);
    tier.follower().onChange(drains::follow);
    tier.follower().start();
    leader = driver(Optional.of(Tier.FENCE));
    claim = tier.admitActive("app-1", 7201);
    await().until(() -> state() == ServerState.ACTIVE);
  }

  @AfterEach
  void stop() {
    tier.close();
  }

  @Test
  void aFieldThatAnyHandWritesBeginsADrainAndReleasesTheMoves() {
    hset("rate=20 deadline=60s");

    leader.pass();
    await().until(() -> state() == ServerState.DRAINING);
    assertEquals(SPEC, drain().spec());
    assertFalse(drain().released());
    assertEquals(Phase.REFUSING, progress().phase());
    leader.pass();
    await().until(() -> drain().released());
    assertEquals(Phase.MOVING, progress().phase());
    assertEquals(drain().id(), progress().drainId());
    assertEquals(1.0, meters.get("mooring.drains").tag("phase", "MOVING").gauge().value());
  }

  @Test
  void aServerThatStaysFiveSecondsBeyondItsDeadlineIsOverdue() {
    hset("deadline=60s");
    leader.pass();
    await().until(() -> state() == ServerState.DRAINING);

    Track track = new Track(server("app-1"), 0);

    assertFalse(track.isOverdue(Duration.ofSeconds(65).toNanos()));
    assertTrue(track.isOverdue(Duration.ofSeconds(66).toNanos()));
    track.ended(Phase.DRAINED);
    assertFalse(track.isOverdue(Duration.ofSeconds(66).toNanos()));
  }

  @Test
  void aServerThatIsStillWarmingCanBeDrained() {
    tier.admit("app-2", 7202);
    await().until(() -> tier.follower().view().server("app-2").isPresent());

    assertTrue(drains.request("app-2", SPEC));
    leader.pass();

    await().until(() -> server("app-2").state() == ServerState.DRAINING);
  }

  @Test
  void aServerThatDoesNotLiveCannotBeDrained() {
    assertFalse(drains.request("app-9", SPEC));
    tier.store().deregister(claim, "");
    assertFalse(drains.request("app-1", SPEC));
  }

  @Test
  void anEnvoyAtAnyReplicaIsAwaited() {
    edgeAcknowledged(0);
    begin();

    assertEquals(EnvoyReports.LOOK_AGAIN, leader.pass());
    assertEquals(List.of(new Progress.Ack("edge-1", false, Optional.empty())), progress().envoys());
    edgeAcknowledged(server("app-1").revision());
    leader.pass();

    await().until(() -> drain().released());
    assertTrue(progress().envoys().getFirst().acked());
    assertTrue(progress().envoys().getFirst().after().isPresent());
  }

  @Test
  void anEnvoyThatNeverAcknowledgesIsNotAwaitedForEver() {
    edgeAcknowledged(0);
    begin();

    await()
        .until(
            () -> {
              leader.pass();
              return drain().released();
            });
    assertFalse(progress().envoys().getFirst().acked());
  }

  @Test
  void withoutTheFieldTheServerIsActiveAgain() {
    release();

    tier.redis(redis -> redis.hdel(SERVER, "drain"));
    leader.pass();

    await().until(() -> state() == ServerState.ACTIVE);
    assertEquals(Phase.CANCELLED, progress().phase());
    assertEquals("", hget("drain_id"));
  }

  @Test
  void aDrainThatIsTakenBackTogetherWithItsStateIsOver() {
    release();

    tier.redis(redis -> redis.hset(SERVER, "state", "ACTIVE"));
    tier.redis(redis -> redis.hdel(SERVER, "drain"));
    leader.pass();

    await().until(() -> state() == ServerState.ACTIVE);
    assertEquals(Phase.CANCELLED, progress().phase());
  }

  @Test
  void aDrainWhoseStateIsChangedByHandBeginsAnewWithItsWholeDeadline() {
    release();
    String before = drain().id();

    tier.redis(redis -> redis.hset(SERVER, "state", "ACTIVE"));
    leader.pass();

    await().until(() -> !drain().id().equals(before));
    assertFalse(drain().released());
  }

  @Test
  void aRequestThatIsTakenBackBeforeTheLeaderSawItIsCancelled() {
    Server server = server("app-1");
    drains.request("app-1", SPEC);
    assertEquals(Phase.REQUESTED, drains.of(server).phase());
    drains.withdraw("app-1");

    leader.pass();

    assertEquals(Phase.CANCELLED, drains.of(server).phase());
    assertEquals(Optional.empty(), drains.latest("app-1"));
  }

  @Test
  void anotherRateTakesEffectInTheSameDrain() {
    release();
    String id = drain().id();

    hset("rate=5");
    leader.pass();

    await().until(() -> drain().spec().rate() == 5);
    assertEquals(new Drain(id, new DrainSpec(5, Duration.ofSeconds(300)), true), drain());
  }

  @Test
  void aTextThatCannotBeReadIsRefusedWithItsReasonAndChangesNothing() {
    long revision = tier.follower().view().revision();
    hset("fast");

    leader.pass();
    leader.pass();

    assertTrue(hget("drain_error").contains("\"fast\""), hget("drain_error"));
    assertEquals(Phase.REJECTED, progress().phase());
    assertTrue(progress().reason().contains("rate=20"), progress().reason());
    hset("rate=20 deadline=60s");
    leader.pass();
    await().until(() -> state() == ServerState.DRAINING);
    assertEquals(revision + 1, tier.follower().view().revision());
    assertEquals("", hget("drain_error"));
  }

  @Test
  void aRefusalGoesWithTheTextThatWasRefused() {
    hset("fast");
    leader.pass();
    assertEquals(Set.of("app-1"), tier.store().drainErrors(List.of("app-1", "app-9")).keySet());

    tier.redis(redis -> redis.hdel("{mooring}:server:app-1", "drain"));
    assertEquals(Map.of(), tier.store().drainErrors(List.of("app-1")));
    leader.pass();

    assertEquals("", hget("drain_error"));
  }

  @Test
  void aTextThatCannotBeReadDoesNotDisturbADrainThatRuns() {
    release();
    Drain before = drain();

    hset("rate=-1");
    leader.pass();

    assertFalse(hget("drain_error").isEmpty());
    assertEquals(before, drain());
    assertTrue(progress().reason().contains("rate=-1"), progress().reason());
  }

  @Test
  void aReplicaThatDoesNotLeadDoesNothing() {
    drains.request("app-1", SPEC);

    driver(Optional.empty()).pass();

    assertEquals("ACTIVE", hget("state"));
  }

  static Stream<Arguments> steps() {
    return Stream.of(
        step("requested", test -> test.drains.request("app-1", SPEC)),
        step("begun", DrainDriverTest::begin),
        step(
            "awaiting ACKs",
            test -> {
              test.edgeAcknowledged(0);
              test.begin();
              test.leader.pass();
            }),
        step("released", DrainDriverTest::release),
        step(
            "changed",
            test -> {
              test.begin();
              test.hset("rate=5");
              test.leader.pass();
              test.hset(SPEC.toString());
            }));
  }

  private static Arguments step(String name, Consumer<DrainDriverTest> until) {
    return Arguments.of(name, until);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("steps")
  void anotherLeaderGoesOnAtAnyStepAndTheOldOneIsFencedOff(
      String name, Consumer<DrainDriverTest> until) {
    until.accept(this);
    Fence second = tier.election().take("control-2", tier.election().leader(), 1).orElseThrow();
    DrainDriver next = driver(Optional.of(second));

    await()
        .until(
            () -> {
              next.pass();
              return state() == ServerState.DRAINING
                  && drain().equals(new Drain(drain().id(), SPEC, true));
            });
    tier.redis(redis -> redis.hdel(SERVER, "drain"));
    leader.pass();
    assertEquals("DRAINING", hget("state"));
    next.pass();
    await().until(() -> state() == ServerState.ACTIVE);
  }

  @Test
  void aDrainGoesOnWhenRedisComesBack() {
    release();
    Drain before = drain();
    tier.valkey().close();
    leader.pass();
    assertEquals(Phase.MOVING, progress().phase());

    tier.startValkeyAgain();

    await().until(() -> tier.follower().trouble().isEmpty());
    await().until(() -> hget("state").equals("DRAINING"));
    leader.pass();
    assertEquals("DRAINING", hget("state"));
    assertEquals(before, drain());
  }

  @Test
  void aDrainOutlivesARegistryThatWasEmptied() {
    release();
    Drain before = drain();

    tier.redis(redis -> redis.flushall());
    await().until(() -> !tier.follower().kept().isEmpty());
    leader.pass();
    assertEquals(Phase.MOVING, progress().phase());
    RegistryView memory = tier.follower().view();
    tier.store().restore(memory.servers(), memory.revision());
    await().until(() -> tier.follower().kept().isEmpty());
    leader.pass();

    assertEquals("DRAINING", hget("state"));
    assertEquals(SPEC.toString(), hget("drain"));
    assertEquals(before, drain());
  }

  @Test
  void aServerThatDeregistersIsDrained() {
    release();
    Server drained = server("app-1");
    load("connections=1 drain=%s total=3 told=3 gone=2 stragglers=1".formatted(drain().id()));
    await().until(() -> progress().phase() == Phase.STRAGGLERS);

    tier.store().deregister(claim, "");

    await().until(() -> tier.follower().view().server("app-1").isEmpty());
    Progress end = progress();
    assertEquals(Phase.DRAINED, end.phase());
    assertEquals(0, end.load().getConnections());
    assertEquals(3, end.load().getDepartures().getGone());
    assertEquals(1, end.load().getDepartures().getStragglers());
    assertEquals(end, drains.of(drained));
  }

  @Test
  void aServerThatIsFollowedBeforeAnybodyLooksIsDrainedAllTheSame() {
    release();
    Server drained = server("app-1");
    Drains late = new Drains(tier.store(), reports, new Loads(tier.store()), meters);
    late.follow(tier.follower().view());

    tier.store().deregister(claim, "");
    tier.store().register(Tier.registration("app-1", "another", 7201), 0);
    await().until(() -> state() == ServerState.WARMING);
    late.follow(tier.follower().view());

    assertEquals(Phase.DRAINED, late.of(drained).phase());
    assertEquals(Optional.of(Phase.DRAINED), late.latest("app-1").map(Progress::phase));
  }

  @Test
  void aServerWhoseLeaseEndsIsLost() {
    release();

    tier.store().expire(Tier.FENCE, claim, tier.store().beats().getOrDefault("app-1", ""));

    await().until(() -> tier.follower().view().server("app-1").isEmpty());
    assertEquals(Phase.LOST, progress().phase());
  }

  @Test
  void aNewInstanceDoesNotInheritTheDrain() {
    release();

    assertTrue(
        tier.store().register(Tier.registration("app-1", "another", 7201), 0)
            instanceof Admission.Admitted);
    leader.pass();

    await().until(() -> state() == ServerState.WARMING);
    assertEquals(Phase.LOST, progress().phase());
    assertEquals("", hget("drain"));
  }

  @Test
  void theEtaFollowsTheRateAndWhatTheServerSays() {
    load("connections=100");
    drains.request("app-1", SPEC);
    await().until(() -> progress().eta().equals(Duration.ofSeconds(5)));
    release();

    load("connections=60 drain=%s total=100 told=70 gone=40".formatted(drain().id()));

    await().until(() -> progress().eta().equals(Duration.ofMillis(1500)));
    load("connections=60 drain=another total=100 told=100 gone=40");
    await().until(() -> !progress().load().hasDepartures());
    assertEquals(Phase.MOVING, progress().phase());
  }

  private DrainDriver driver(Optional<Fence> fence) {
    return new DrainDriver(tier.store(), tier.follower(), () -> fence, reports, drains);
  }

  private void begin() {
    drains.request("app-1", SPEC);
    leader.pass();
    await().until(() -> state() == ServerState.DRAINING);
  }

  private void release() {
    begin();
    leader.pass();
    await().until(() -> drain().released());
  }

  private void edgeAcknowledged(long revision) {
    tier.envoys()
        .report("edge-1", new EnvoyReport("control-2", revision, revision, true).toString());
  }

  private void load(String text) {
    tier.store().renew(claim, text);
  }

  private void hset(String text) {
    tier.redis(redis -> redis.hset(SERVER, "drain", text));
  }

  private String hget(String field) {
    return Optional.ofNullable(tier.redis(redis -> redis.hget(SERVER, field))).orElse("");
  }

  private Progress progress() {
    return drains.latest("app-1").orElseThrow();
  }

  private Drain drain() {
    return server("app-1").drain().orElseThrow();
  }

  private ServerState state() {
    return tier.follower().view().server("app-1").map(Server::state).orElse(ServerState.GONE);
  }

  private Server server(String id) {
    return tier.follower().view().server(id).orElseThrow();
  }
}
