package io.mooring.controlplane.registration;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.controlplane.drain.Drains;
import io.mooring.controlplane.load.Loads;
import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.process.StartException;
import io.mooring.programs.Valkey;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.EnvoyStore;
import io.mooring.registry.Fence;
import io.mooring.registry.Redis;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryView;
import io.mooring.registry.ServerState;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.Departed;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.HeartbeatRequest;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.registry.v1.RegistryGrpc.RegistryBlockingStub;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import io.mooring.registry.v1.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of registration, over a real port, with a real Valkey behind it. */
class RegistryEndpointTest {
  private static final String APP_TOKEN = "app-token-0123456789";
  private static final String CHAT_TOKEN = "chat-token-0123456789";
  private static final Services SERVICES =
      new Services(
          Map.of(
              "app", new ServicePolicy(Secret.of(APP_TOKEN), List.of("127.0.0.0/8"), "1024-65535"),
              "chat",
                  new ServicePolicy(Secret.of(CHAT_TOKEN), List.of("10.0.0.0/8"), "9000-9100")));

  private static final Fence LEADER = new Fence("control-1", 1);

  @TempDir Path folder;
  private Valkey valkey;
  private Redis redis;
  private RegistryStore store;
  private RegistryFollower follower;
  private RegistryEndpoint endpoint;
  private ManagedChannel channel;
  private Drains drains;

  @BeforeEach
  void start() {
    valkey = Valkey.start(folder);
    redis = new Redis(valkey.url());
    store = new RegistryStore(redis);
    follower = new RegistryFollower(redis);
    EnvoyReports envoys = new EnvoyReports(new EnvoyStore(redis));
    Loads loads = new Loads(store);
    drains = new Drains(store, envoys, loads, new SimpleMeterRegistry());
    follower.onChange(drains::follow);
    endpoint =
        new RegistryEndpoint(
            new HostPort("127.0.0.1", 0),
            store,
            follower::view,
            SERVICES,
            drains,
            new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(3)));
    follower.onChange(endpoint::follow);
    follower.start();
    endpoint.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", endpoint.port()).usePlaintext().build();
    await().until(follower::synced);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    endpoint.close();
    follower.close();
    redis.close();
    valkey.close();
  }

  @Test
  void aServerRegistersAndIsToldItsTerms() {
    RegisterResponse answer = registry().register(request("app-1", "a"));

    assertEquals(1, answer.getGeneration());
    assertFalse(answer.getIncarnation().isEmpty());
    assertEquals(10_000, answer.getTtlMs());
    assertEquals(3_000, answer.getHeartbeatMs());
    assertEquals(State.STATE_WARMING, answer.getState());
    await().until(() -> follower.view().server("app-1").isPresent());
    assertEquals(answer, registry().register(request("app-1", "a")));
  }

  static Stream<Arguments> badFields() {
    return Stream.of(
        bad("server_id", "a/b", r -> r.setServerId("a/b"), "[A-Za-z0-9_-]{1,64}"),
        bad("server_id", "", r -> r.setServerId(""), "[A-Za-z0-9_-]{1,64}"),
        bad("instance_uid", "a b", r -> r.setInstanceUid("a b"), "[A-Za-z0-9_-]{1,64}"),
        bad("address", "app.local:7200", r -> r.setAddress("app.local:7200"), "literal ip:port"),
        bad("address", "10.0.0.1:7200", r -> r.setAddress("10.0.0.1:7200"), "127.0.0.0/8"),
        bad("address", "127.0.0.1:80", r -> r.setAddress("127.0.0.1:80"), "1024-65535"),
        bad("address", "169.254.169.254:7200", r -> r.setAddress("169.254.169.254:7200"), "127.0"),
        bad("api_address", "10.0.0.1:1", r -> r.setApiAddress("10.0.0.1:1"), "127.0.0.0/8"),
        bad("weight", "65", r -> r.setWeight(65), "1 to 64"),
        bad("weight", "4294967295", r -> r.setWeight(-1), "1 to 64"),
        bad("generation", "18446744073709551615", r -> r.setGeneration(-1), "or 0"),
        bad("generation", "1099511627777", r -> r.setGeneration((1L << 40) + 1), "or 0"),
        bad("release", "<b>", r -> r.setRelease("<b>"), "{0,128}"),
        bad("capabilities", "a b", r -> r.addCapabilities("a b"), "{1,64}"),
        bad("labels", "a b", r -> r.putLabels("a b", "x"), "{1,63}"),
        bad("labels.zone", "x\ny", r -> r.putLabels("zone", "x\ny"), "{0,128}"));
  }

  private static Arguments bad(
      String field, String value, UnaryOperator<RegisterRequest.Builder> change, String expected) {
    return Arguments.of(field, value, change, expected);
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("badFields")
  void aBadFieldIsNamedWithItsValueAndWhatWasExpected(
      String field, String value, UnaryOperator<RegisterRequest.Builder> change, String expected) {
    RegisterRequest request = change.apply(request("app-1", "a").toBuilder()).build();

    StatusRuntimeException refused =
        refused(Status.Code.INVALID_ARGUMENT, () -> registry().register(request));

    BadRequest.FieldViolation violation = detail(refused, BadRequest.class).getFieldViolations(0);
    assertEquals(field, violation.getField());
    assertTrue(violation.getDescription().contains("\"" + value + "\""), violation::getDescription);
    assertTrue(violation.getDescription().contains(expected), violation::getDescription);
    assertTrue(follower.view().servers().isEmpty());
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() {
    RegisterRequest request =
        request("a/b", "a b").toBuilder().setAddress("nowhere").setWeight(99).build();

    StatusRuntimeException refused =
        refused(Status.Code.INVALID_ARGUMENT, () -> registry().register(request));

    assertEquals(4, detail(refused, BadRequest.class).getFieldViolationsCount());
  }

  @Test
  void onlyTheTokenOfTheServiceOpensIt() {
    refused(Status.Code.UNAUTHENTICATED, () -> registry("").register(request("app-1", "a")));
    refused(Status.Code.UNAUTHENTICATED, () -> registry("wrong").register(request("app-1", "a")));
    refused(
        Status.Code.UNAUTHENTICATED,
        () -> RegistryGrpc.newBlockingStub(channel).register(request("app-1", "a")));
    refused(
        Status.Code.PERMISSION_DENIED, () -> registry(CHAT_TOKEN).register(request("app-1", "a")));
    refused(
        Status.Code.PERMISSION_DENIED,
        () -> registry().register(request("x-1", "a").toBuilder().setService("unknown").build()));
  }

  @Test
  void aServerOfAnotherServiceCannotBeTakenOrTouched() {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    await().until(() -> follower.view().server("app-1").isPresent());
    RegisterRequest theft =
        request("app-1", "x").toBuilder()
            .setService("chat")
            .setAddress("10.0.0.1:9000")
            .clearApiAddress()
            .build();

    refused(Status.Code.PERMISSION_DENIED, () -> registry(CHAT_TOKEN).register(theft));
    refused(
        Status.Code.PERMISSION_DENIED,
        () ->
            registry(CHAT_TOKEN)
                .deregister(DeregisterRequest.newBuilder().setClaim(claim).build()));
    refused(Status.Code.PERMISSION_DENIED, () -> heartbeat(registry(CHAT_TOKEN), claim, 1));
  }

  @Test
  void aServerThatTheViewLacksCannotBeTouchedByAnotherServiceEither() {
    follower.close();
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    assertTrue(follower.view().server("app-1").isEmpty());

    refused(Status.Code.PERMISSION_DENIED, () -> heartbeat(registry(CHAT_TOKEN), claim, 1));
    assertTrue(heartbeat(registry(), claim, 1).hasRenewed());
  }

  @Test
  void aHeartbeatRenewsAndBringsTheLoad() {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    await().until(() -> follower.view().server("app-1").isPresent());

    ServerCommand command = heartbeat(registry(), claim, 17);

    assertEquals(State.STATE_WARMING, command.getRenewed().getState());
    assertEquals("2", store.beats().get("app-1"));
    assertEquals(Map.of("app-1", "connections=17 loop_lag_us=0 refusing=0"), store.loads());
  }

  @Test
  void anUnknownClaimIsExpiredAndABrokenOneIsNamed() {
    Claim unknown =
        Claim.newBuilder()
            .setServerId("app-9")
            .setIncarnation("x")
            .setGeneration(1)
            .setInstanceUid("a")
            .build();

    assertTrue(heartbeat(registry(), unknown, 0).hasExpired());
    StatusRuntimeException refused =
        refused(
            Status.Code.INVALID_ARGUMENT,
            () -> heartbeat(registry(), Claim.getDefaultInstance(), 0));
    assertEquals(4, detail(refused, BadRequest.class).getFieldViolationsCount());
  }

  @Test
  void theOldInstanceIsFencedInEveryCall() {
    Claim old = claim(registry().register(request("app-1", "a")), "app-1", "a");
    registry().register(request("app-1", "b"));

    assertEquals(2, heartbeat(registry(), old, 0).getFenced().getGeneration());
    for (Executable call :
        List.<Executable>of(
            () -> registry().deregister(DeregisterRequest.newBuilder().setClaim(old).build()),
            () ->
                registry().register(request("app-1", "a").toBuilder().setGeneration(1).build()))) {
      ErrorInfo info = detail(refused(Status.Code.FAILED_PRECONDITION, call), ErrorInfo.class);
      assertEquals("FENCED", info.getReason());
      assertEquals("2", info.getMetadataOrThrow("generation"));
    }
  }

  @Test
  void aServerThatDeregistersLeavesAtOnceAndOnlyOnce() {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    await().until(() -> follower.view().server("app-1").isPresent());
    DeregisterRequest leave = DeregisterRequest.newBuilder().setClaim(claim).build();

    registry().deregister(leave);
    registry().deregister(leave);

    await().until(() -> follower.view().server("app-1").isEmpty());
  }

  @Test
  void aSessionRenewsWithEachReportAndHearsOfItsState() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();

    session.report(claim, 5);
    assertEquals(State.STATE_WARMING, session.next().getRenewed().getState());
    session.report(claim, 6);
    assertEquals(State.STATE_WARMING, session.next().getRenewed().getState());
    assertEquals("3", store.beats().get("app-1"));

    store.transition(LEADER, held(claim), ServerState.WARMING, ServerState.ACTIVE);
    assertEquals(State.STATE_ACTIVE, session.next().getRenewed().getState());
  }

  @Test
  void aSessionHearsAtOnceThatItsServerWasTakenOver() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();
    session.report(claim, 5);
    assertTrue(session.next().hasRenewed());

    registry().register(request("app-1", "b"));

    assertEquals(2, session.next().getFenced().getGeneration());
  }

  @Test
  void aSessionHearsOfTheOthersAsTheyComeChangeAndGo() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();
    session.report(claim, 5);
    assertTrue(session.next().hasRenewed());
    session.hears(servers("app-1@1 WARMING"));

    Claim first = claim(registry().register(request("app-2", "b")), "app-2", "b");
    session.hears(servers("app-1@1 WARMING", "app-2@1 WARMING"));
    store.transition(LEADER, held(first), ServerState.WARMING, ServerState.ACTIVE);
    session.hears(servers("app-1@1 WARMING", "app-2@1 ACTIVE"));
    store.suspect(LEADER, held(first), store.beats().getOrDefault("app-2", ""));
    session.hears(servers("app-1@1 WARMING", "app-2@1 ACTIVE suspect"));
    Claim second = claim(registry().register(request("app-2", "c")), "app-2", "c");
    session.hears(servers("app-1@1 WARMING", "app-2@2 WARMING"));
    store.transition(LEADER, held(second), ServerState.WARMING, ServerState.ACTIVE);
    store.requestDrain("app-2", DrainSpec.DEFAULT);
    store.beginDrain(LEADER, held(second), DrainSpec.DEFAULT);
    session.hears(servers("app-1@1 WARMING", "app-2@2 DRAINING"));
    registry().deregister(DeregisterRequest.newBuilder().setClaim(second).build());
    session.hears(
        servers("app-1@1 WARMING")
            .and(
                fleet ->
                    fleet
                        .getDepartedList()
                        .equals(
                            List.of(
                                Departed.newBuilder()
                                    .setServerId("app-2")
                                    .setGeneration(2)
                                    .build()))));
  }

  @Test
  void heartbeatsAreNoNewsOfTheFleet() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();
    session.report(claim, 5);
    session.hears(servers("app-1@1 WARMING"));
    for (int connections = 0; connections < 20; connections++) {
      session.report(claim, connections);
      assertTrue(heartbeat(registry(), claim, connections).hasRenewed());
    }

    registry().register(request("app-2", "b"));

    Fleet next = session.fleets.poll(5, TimeUnit.SECONDS);
    assertTrue(
        next != null && servers("app-1@1 WARMING", "app-2@1 WARMING").test(next),
        () -> "the next word is " + next);
  }

  @Test
  void anotherReplicaTellsOfTheSameFleetAndThatItIsWholeOnlyAfterALease() throws Exception {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    try (Replica replica = new Replica(Duration.ofMillis(500))) {
      Reporter session = new Reporter(replica.channel);
      session.report(claim, 5);
      session.hears(servers("app-1@1 WARMING").and(fleet -> !fleet.getComplete()));
      registry().register(request("app-2", "b"));
      session.hears(servers("app-1@1 WARMING", "app-2@1 WARMING"));
      session.hears(
          servers("app-1@1 WARMING", "app-2@1 WARMING").and(fleet -> fleet.getComplete()));
    }
  }

  /** Whether these are the servers that it tells of. */
  private static Predicate<Fleet> servers(String... expected) {
    return fleet ->
        fleet.getServersList().stream()
            .map(
                peer ->
                    peer.getServerId()
                        + "@"
                        + peer.getGeneration()
                        + peer.getState().name().replace("STATE_", " ")
                        + (peer.getSuspect() ? " suspect" : ""))
            .toList()
            .equals(List.of(expected));
  }

  /** Another control plane over the same Valkey. */
  private final class Replica implements AutoCloseable {
    private final Redis redis = new Redis(valkey.url());
    private final RegistryFollower follower = new RegistryFollower(redis);
    private final RegistryEndpoint endpoint;
    private final ManagedChannel channel;

    Replica(Duration ttl) {
      endpoint =
          new RegistryEndpoint(
              new HostPort("127.0.0.1", 0),
              new RegistryStore(redis),
              follower::view,
              SERVICES,
              drains,
              new LeaseTerms(ttl, ttl.dividedBy(2)));
      follower.onChange(endpoint::follow);
      follower.start();
      endpoint.start();
      channel = NettyChannelBuilder.forAddress("127.0.0.1", endpoint.port()).usePlaintext().build();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      endpoint.close();
      follower.close();
      redis.close();
    }
  }

  @Test
  void aClosedSessionLosesNothing() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();
    session.report(claim, 5);
    session.next();

    session.reports.onCompleted();
    assertTrue(session.ended());

    Reporter another = new Reporter();
    another.report(claim, 5);
    assertTrue(another.next().hasRenewed());
  }

  @Test
  void anEndpointThatClosesEndsItsSessions() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();
    session.report(claim, 5);
    session.next();

    endpoint.close();

    assertTrue(session.ended());
  }

  @Test
  void nobodyIsToldExpiredBecauseRedisIsAway() throws InterruptedException {
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    Reporter session = new Reporter();
    session.report(claim, 5);
    session.next();
    int port = valkey.port();
    valkey.close();

    StatusRuntimeException away =
        refused(Status.Code.UNAVAILABLE, () -> registry().register(request("app-2", "b")));
    assertTrue(
        String.valueOf(away.getStatus().getDescription()).contains(redis.name()), away::getMessage);
    refused(Status.Code.UNAVAILABLE, () -> heartbeat(registry(), claim, 0));
    session.report(claim, 6);
    refused(Status.Code.UNAVAILABLE, () -> heartbeat(registry(), claim, 0));
    assertTrue(session.commands.isEmpty());

    valkey = Valkey.start(folder, port);
    await()
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> heartbeat(registry(), claim, 0).hasRenewed());
    session.report(claim, 7);
    assertTrue(session.next().hasRenewed());
  }

  @Test
  void aFlushedRegistryAsksTheServerToRegisterAgainAndKeepsItsGeneration() {
    registry().register(request("app-1", "old"));
    Claim claim = claim(registry().register(request("app-1", "a")), "app-1", "a");
    try (RedisClient client = RedisClient.create(valkey.url());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().flushall();
    }

    assertTrue(heartbeat(registry(), claim, 0).hasExpired());
    RegisterResponse again =
        registry().register(request("app-1", "a").toBuilder().setGeneration(2).build());

    assertEquals(2, again.getGeneration());
    assertTrue(heartbeat(registry(), claim(again, "app-1", "a"), 0).hasRenewed());
  }

  @Test
  void aServerWhoseHashCannotBeReadRegistersAgainAndGoesOnAsItWas() {
    RegisterResponse held = registry().register(request("app-1", "a"));
    Claim claim = claim(held, "app-1", "a");
    await().until(() -> follower.view().server("app-1").isPresent());
    RegistryView before = follower.view();
    try (RedisClient client = RedisClient.create(valkey.url());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().hset("{mooring}:server:app-1", "state", "FOO");
    }

    assertTrue(heartbeat(registry(), claim, 0).hasExpired());
    RegisterResponse again =
        registry().register(request("app-1", "a").toBuilder().setGeneration(1).build());

    assertEquals(held, again);
    assertTrue(heartbeat(registry(), claim, 0).hasRenewed());
    assertEquals(before.byId(), follower.view().byId());
  }

  @Test
  void healthAndReflectionAnswer() throws InterruptedException {
    assertEquals(
        ServingStatus.SERVING,
        HealthGrpc.newBlockingStub(channel)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus());

    BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    StreamObserver<ServerReflectionRequest> questions =
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(into(answers));
    questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    ServerReflectionResponse answer = answers.poll(5, TimeUnit.SECONDS);
    assertTrue(answer != null && answer.toString().contains("mooring.registry.v1.Registry"));
    questions.onCompleted();
  }

  @Test
  void aPortInUseIsNamed() {
    RegistryEndpoint second =
        new RegistryEndpoint(
            new HostPort("127.0.0.1", endpoint.port()),
            store,
            follower::view,
            SERVICES,
            drains,
            new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(3)));

    StartException taken = assertThrows(StartException.class, second::start);
    assertTrue(String.valueOf(taken.getMessage()).contains("registry.address"), taken::getMessage);
    second.close();
  }

  /** An open Session stream. */
  private final class Reporter {
    final BlockingQueue<ServerCommand> commands = new LinkedBlockingQueue<>();
    final BlockingQueue<Fleet> fleets = new LinkedBlockingQueue<>();
    final BlockingQueue<String> end = new LinkedBlockingQueue<>();
    final StreamObserver<ServerReport> reports;

    Reporter() {
      this(channel);
    }

    Reporter(ManagedChannel to) {
      reports =
          RegistryGrpc.newStub(to)
              .withInterceptors(token(APP_TOKEN))
              .session(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerCommand command) {
                      if (command.hasFleet()) {
                        fleets.add(command.getFleet());
                      } else {
                        commands.add(command);
                      }
                    }

                    @Override
                    public void onError(Throwable error) {
                      end.add(error.toString());
                    }

                    @Override
                    public void onCompleted() {
                      end.add("completed");
                    }
                  });
    }

    /** Awaits a word on the fleet; those before it are passed over. */
    void hears(Predicate<Fleet> wanted) throws InterruptedException {
      Fleet last = Fleet.getDefaultInstance();
      for (Fleet next = last; next != null; next = fleets.poll(5, TimeUnit.SECONDS)) {
        last = next;
        if (wanted.test(next)) {
          return;
        }
      }
      throw new AssertionError("the last word on the fleet was " + last);
    }

    void report(Claim claim, int connections) {
      reports.onNext(
          ServerReport.newBuilder()
              .setClaim(claim)
              .setLoad(Load.newBuilder().setConnections(connections))
              .build());
    }

    ServerCommand next() throws InterruptedException {
      ServerCommand command = commands.poll(5, TimeUnit.SECONDS);
      if (command == null) {
        throw new AssertionError("no command came; the stream ended: " + end);
      }
      return command;
    }

    boolean ended() throws InterruptedException {
      return "completed".equals(end.poll(5, TimeUnit.SECONDS));
    }
  }

  private static <T> StreamObserver<T> into(BlockingQueue<T> queue) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        queue.add(value);
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {}
    };
  }

  private RegistryBlockingStub registry() {
    return registry(APP_TOKEN);
  }

  private RegistryBlockingStub registry(String token) {
    return RegistryGrpc.newBlockingStub(channel)
        .withInterceptors(token(token))
        .withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private static ClientInterceptor token(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static ServerCommand heartbeat(
      RegistryBlockingStub registry, Claim claim, int connections) {
    return registry
        .heartbeat(
            HeartbeatRequest.newBuilder()
                .setClaim(claim)
                .setLoad(Load.newBuilder().setConnections(connections))
                .build())
        .getCommand();
  }

  private static RegisterRequest request(String id, String uid) {
    return RegisterRequest.newBuilder()
        .setServerId(id)
        .setInstanceUid(uid)
        .setService("app")
        .setAddress("127.0.0.1:7200")
        .setApiAddress("127.0.0.1:7300")
        .build();
  }

  private static Claim claim(RegisterResponse answer, String id, String uid) {
    return Claim.newBuilder()
        .setServerId(id)
        .setIncarnation(answer.getIncarnation())
        .setGeneration(answer.getGeneration())
        .setInstanceUid(uid)
        .build();
  }

  private static io.mooring.registry.Claim held(Claim claim) {
    return new io.mooring.registry.Claim(
        claim.getServerId(), claim.getIncarnation(), claim.getGeneration(), claim.getInstanceUid());
  }

  private static StatusRuntimeException refused(Status.Code code, Executable call) {
    StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, call);
    assertEquals(code, refused.getStatus().getCode(), refused::toString);
    return refused;
  }

  private static <T extends Message> T detail(StatusRuntimeException refused, Class<T> type) {
    try {
      return Objects.requireNonNull(StatusProto.fromThrowable(refused)).getDetails(0).unpack(type);
    } catch (InvalidProtocolBufferException other) {
      throw new AssertionError(refused.toString(), other);
    }
  }
}
