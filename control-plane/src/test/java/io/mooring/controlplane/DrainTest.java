package io.mooring.controlplane;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.rpc.BadRequest;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.mooring.process.Configuration;
import io.mooring.registry.v1.CancelDrainRequest;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.DrainPhase;
import io.mooring.registry.v1.DrainProgress;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.HeartbeatRequest;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.Move;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.registry.v1.RegistryGrpc.RegistryBlockingStub;
import io.mooring.registry.v1.RegistryGrpc.RegistryStub;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import io.mooring.registry.v1.State;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Drains as servers and operators meet them: whole control planes, and a server that speaks gRPC.
 */
class DrainTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SERVER = "{mooring}:server:app-1";

  @TempDir Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private Tier tier;
  private ControlPlane controlPlane;
  private RegistryBlockingStub registry;
  private Guest guest;

  @BeforeEach
  void start() throws Exception {
    tier = new Tier(folder.resolve("valkey"));
    opened.add(tier);
    tier.follower().start();
    controlPlane = start("control-1");
    registry = RegistryGrpc.newBlockingStub(channel(controlPlane, "app"));
    guest = new Guest(controlPlane);
    guest.report(Load.newBuilder().setConnections(3).build());
    guest.hears(renewed -> renewed.getState() == State.STATE_ACTIVE);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : opened.reversed()) {
      part.close();
    }
    http.close();
  }

  @Test
  void aDrainByGrpcGoesThroughItsPhasesUntilTheServerHasLeft() throws Exception {
    Iterator<DrainProgress> progress = drain("app-1", 20, 60_000);

    assertEquals("app-1", progress.next().getServerId());
    Renewed order = guest.hears(Renewed::hasMove);
    assertEquals(State.STATE_DRAINING, order.getState());
    Move move = order.getMove();
    assertEquals(
        Move.newBuilder().setDrainId(move.getDrainId()).setRate(20).setDeadlineMs(60_000).build(),
        move);
    guest.report(departed(move, 3, 1));
    DrainProgress moving = until(progress, DrainPhase.DRAIN_PHASE_MOVING, p -> told(p) == 1);
    assertEquals(move.getDrainId(), moving.getDrainId());
    assertEquals(100, moving.getEtaMs());
    guest.report(departed(move, 3, 3));
    until(progress, DrainPhase.DRAIN_PHASE_STRAGGLERS, p -> true);
    guest.leave();
    until(progress, DrainPhase.DRAIN_PHASE_DRAINED, p -> p.getLoad().getConnections() == 0);
    assertFalse(progress.hasNext());
  }

  @Test
  void whatAServerSaysWhileItLeavesIsShown() throws Exception {
    ControlPlane second = start("control-2");
    Iterator<DrainProgress> progress = drain("app-1", 20, 60_000);
    Move move = guest.hears(Renewed::hasMove).getMove();
    Load last = departed(move, 3, 3);

    guest.leave(
        last.toBuilder().setDepartures(last.getDepartures().toBuilder().setStragglers(2)).build());

    DrainProgress drained = until(progress, DrainPhase.DRAIN_PHASE_DRAINED, p -> true);
    assertEquals(2, drained.getLoad().getDepartures().getStragglers());
    assertEquals(3, drained.getLoad().getDepartures().getTotal());
    for (ControlPlane any : List.of(controlPlane, second)) {
      await().until(() -> ask(any, "GET", "app-1", "").path("phase").asText().equals("DRAINED"));
      JsonNode shown = ask(any, "GET", "app-1", "");
      assertEquals(2, shown.path("stragglers").asInt(), shown::toString);
      assertEquals(3, shown.path("gone").asInt(), shown::toString);
    }
  }

  @Test
  void aServerThatSaysNothingOfItsDrainHasTheConnectionsThatItHadLast() throws Exception {
    drain("app-1", 20, 60_000).next();
    guest.hears(Renewed::hasMove);

    assertEquals(3, ask("GET", "app-1", "").path("total").asInt());
  }

  @Test
  void aRequestThatWasRefusedIsShownWithItsReason() throws Exception {
    tier.redis(redis -> redis.hset(SERVER, "drain", "rate=0"));

    await().until(() -> servers().at("/servers/0/drain_error").asText().contains("rate=0"));
    tier.redis(redis -> redis.hdel(SERVER, "drain"));
    await().until(() -> servers().at("/servers/0/drain_error").isNull());
  }

  @Test
  void aLoadThatCannotBeIsRefused() {
    StatusRuntimeException refused =
        refused(
            Status.Code.INVALID_ARGUMENT,
            () ->
                registry.heartbeat(
                    HeartbeatRequest.newBuilder()
                        .setClaim(guest.claim)
                        .setLoad(Load.newBuilder().setConnections(-1))
                        .build()));

    assertEquals(
        "load.connections is \"4294967295\"; expected at most 10000000",
        refused.getStatus().getDescription());
  }

  @Test
  void aStreamSaysOnlyWhatIsNew() throws Exception {
    Iterator<DrainProgress> progress = drain("app-1", 20, 60_000);
    List<DrainProgress> heard = new ArrayList<>();
    guest.hears(Renewed::hasMove);
    guest.leave();

    progress.forEachRemaining(heard::add);

    assertEquals(List.copyOf(new LinkedHashSet<>(heard)), heard);
  }

  @Test
  void eachAnswerToAHeartbeatCarriesTheWholeOrder() throws Exception {
    drain("app-1", 20, 60_000).next();
    Move move = guest.hears(Renewed::hasMove).getMove();

    assertEquals(move, heartbeat(registry).getMove());
    assertEquals(move, heartbeat(registry).getMove());
    guest.report(Load.getDefaultInstance());
    assertEquals(move, guest.hears(Renewed::hasMove).getMove());
    guest.register(registry);
    assertEquals(move, heartbeat(registry).getMove());
  }

  @Test
  void aServerHearsAtOnceOfAnotherRateAndOfTheEnd() throws Exception {
    drain("app-1", 20, 60_000).next();
    Move move = guest.hears(Renewed::hasMove).getMove();

    drain("app-1", 5, 0).next();
    Renewed slower = guest.hears(renewed -> renewed.getMove().getRate() == 5);
    assertEquals(move.getDrainId(), slower.getMove().getDrainId());
    assertEquals(300_000, slower.getMove().getDeadlineMs());
    assertEquals(
        State.STATE_ACTIVE,
        registry
            .cancelDrain(CancelDrainRequest.newBuilder().setServerId("app-1").build())
            .getState());
    assertFalse(guest.hears(renewed -> renewed.getState() == State.STATE_ACTIVE).hasMove());
  }

  @Test
  void aServerThatDoesNotDrainIsAnsweredAsItIs() {
    assertEquals(
        "app-1",
        registry
            .cancelDrain(CancelDrainRequest.newBuilder().setServerId("app-1").build())
            .getServerId());
  }

  @Test
  void aStreamThatIsEndedEarlyChangesNothing() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> drain("app-1", 20, 60_000).next());
    context.cancel(null);

    guest.hears(Renewed::hasMove);
    assertEquals("MOVING", ask("GET", "app-1", "").path("phase").asText());
  }

  @Test
  void aServerThatNobodyKnowsIsNotFound() {
    refused(Status.Code.NOT_FOUND, () -> drain("app-9", 0, 0).next());
    refused(
        Status.Code.NOT_FOUND,
        () -> registry.cancelDrain(CancelDrainRequest.newBuilder().setServerId("app-9").build()));
    guest.leave();
    refused(Status.Code.NOT_FOUND, () -> drain("app-1", 0, 0).next());
  }

  @Test
  void onlyTheTokenOfTheServersServiceDrainsIt() {
    RegistryBlockingStub others = RegistryGrpc.newBlockingStub(channel(controlPlane, "chat"));

    refused(
        Status.Code.PERMISSION_DENIED,
        () -> others.drain(DrainRequest.newBuilder().setServerId("app-1").build()).next());
    refused(
        Status.Code.PERMISSION_DENIED,
        () -> others.cancelDrain(CancelDrainRequest.newBuilder().setServerId("app-1").build()));
    assertFalse(tier.redis(redis -> redis.hexists(SERVER, "drain")).booleanValue());
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource({
    "server_id, a/b, 20, 60000",
    "rate, app-1, 100001, 60000",
    "rate, app-1, -1, 60000",
    "deadline_ms, app-1, 20, 14999",
    "deadline_ms, app-1, 20, 86400001",
    "deadline_ms, app-1, 20, -1",
  })
  void aFieldOutsideItsRangeIsNamed(String field, String id, int rate, int deadline)
      throws Exception {
    StatusRuntimeException refused =
        refused(Status.Code.INVALID_ARGUMENT, () -> drain(id, rate, deadline).next());

    BadRequest details =
        Objects.requireNonNull(StatusProto.fromThrowable(refused))
            .getDetails(0)
            .unpack(BadRequest.class);
    assertEquals(1, details.getFieldViolationsCount());
    assertEquals(field, details.getFieldViolations(0).getField());
  }

  @Test
  void withoutRedisADrainCannotBeAskedForAndOneThatRunsGoesOn() throws Exception {
    drain("app-1", 20, 60_000).next();
    Move move = guest.hears(Renewed::hasMove).getMove();
    tier.valkey().close();

    refused(Status.Code.UNAVAILABLE, () -> drain("app-1", 5, 0).next());
    assertEquals("MOVING", ask("GET", "app-1", "").path("phase").asText());

    tier.startValkeyAgain();
    await()
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> heartbeat(registry).getMove().equals(move));
  }

  @Test
  void aDrainOutlivesARegistryThatIsEmptied() throws Exception {
    drain("app-1", 20, 60_000).next();
    Move move = guest.hears(Renewed::hasMove).getMove();

    tier.redis(redis -> redis.flushall());

    assertEquals(State.STATE_DRAINING, guest.register(registry));
    assertEquals(move, heartbeat(registry).getMove());
    guest.report(departed(move, 3, 3));
    await().until(() -> ask("GET", "app-1", "").path("phase").asText().equals("STRAGGLERS"));
  }

  @Test
  void anotherReplicaLeadsOnAndEachSaysHowFarItIs() throws Exception {
    ControlPlane second = start("control-2");
    drain("app-1", 20, 60_000).next();
    Move move = guest.hears(Renewed::hasMove).getMove();
    guest.report(departed(move, 3, 2));
    await().until(() -> ask(second, "GET", "app-1", "").path("told").asInt() == 2);

    controlPlane.close();
    opened.remove(controlPlane);
    tier.redis(redis -> redis.hset(SERVER, "drain", "rate=7"));

    RegistryBlockingStub other = RegistryGrpc.newBlockingStub(channel(second, "app"));
    await().until(() -> heartbeat(other).getMove().getRate() == 7);
    assertEquals(move.getDrainId(), heartbeat(other).getMove().getDrainId());
    guest.leave(other);
    await().until(() -> ask(second, "GET", "app-1", "").path("phase").asText().equals("DRAINED"));
  }

  @Test
  void aDrainByTheAdminApiIsShownAndCancelled() throws Exception {
    JsonNode asked = ask("POST", "app-1", "{\"rate\":20,\"deadline\":\"2m\"}");

    assertEquals("app-1", asked.path("server").asText());
    assertEquals(20, asked.path("rate").asInt());
    assertEquals(120_000, asked.path("deadline_ms").asInt());
    assertTrue(asked.at("/warnings/0").asText().contains("last ACTIVE"), asked::toString);
    guest.report(departed(guest.hears(Renewed::hasMove).getMove(), 3, 1));
    await().until(() -> ask("GET", "app-1", "").path("told").asInt() == 1);
    JsonNode moving = ask("GET", "app-1", "");
    assertEquals("MOVING", moving.path("phase").asText());
    assertEquals(3, moving.path("total").asInt());
    assertEquals("", moving.path("reason").asText());
    assertEquals(413, send(controlPlane, "POST", "app-1", " ".repeat(5_000)).statusCode());
    assertEquals("CANCELLED", ask("DELETE", "app-1", "").path("phase").asText());
    guest.hears(renewed -> renewed.getState() == State.STATE_ACTIVE);
    assertEquals("CANCELLED", ask("GET", "app-1", "").path("phase").asText());
  }

  @Test
  void aDryRunSaysWhatWouldBeAndChangesNothing() throws Exception {
    guest.report(Load.newBuilder().setConnections(4_000).build());
    guest.hears(Renewed::isInitialized);

    await()
        .until(
            () -> ask("POST", "app-1", "{\"dry_run\":true}").path("connections").asInt() == 4_000);
    JsonNode plan = ask("POST", "app-1", "{\"rate\":10,\"deadline\":\"60s\",\"dry_run\":true}");

    assertEquals(400_000, plan.path("eta_ms").asInt());
    assertEquals(0, plan.path("targets").size());
    assertTrue(plan.at("/warnings/0").asText().contains("last ACTIVE"), plan::toString);
    assertTrue(plan.at("/warnings/1").asText().contains("rate of 80 or more"), plan::toString);
    tier.admitActive("app-2", 7202);
    await()
        .until(
            () ->
                ask("POST", "app-1", "{\"dry_run\":true}")
                    .at("/targets/0")
                    .equals(JSON.readTree("{\"server\":\"app-2\",\"weight\":8}")));
    assertEquals(404, send(controlPlane, "GET", "app-1", "").statusCode());
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | app-9 | {} | 404 | known here: app-1",
        "GET | app-9 | '' | 404 | known here: app-1",
        "GET | app-1 | '' | 404 | does not drain",
        "DELETE | app-1 | '' | 409 | nothing to cancel",
        "POST | app-1 | {\"rate\":-1} | 400 | rate=-1",
        "POST | app-1 | {\"rate\":100001} | 400 | 100000",
        "POST | app-1 | {\"rate\":\"x\"} | 400 | a whole number",
        "POST | app-1 | {\"deadline\":\"1s\"} | 400 | between 15s and 86400s",
        "POST | app-1 | {\"deadline\":\"60s rate=1\"} | 400 | deadline",
        "POST | app-1 | {\"dead\":\"60s\"} | 400 | \"dead\" is not known",
        "POST | app-1 | {\"dry_run\":1} | 400 | true or false",
        "POST | app-1 | {\"rate\":1 | 400 | not JSON",
        "POST | app-1 | {} {} | 400 | not one JSON object",
        "POST | app-1 | [] | 400 | no JSON object",
        "PUT | app-1 | {} | 405 | takes GET, POST, DELETE, not PUT",
      })
  void whatCannotBeDoneIsAProblemThatSaysWhy(
      String method, String id, String body, int status, String why) throws Exception {
    HttpResponse<String> answer = send(controlPlane, method, id, body);

    assertEquals(status, answer.statusCode(), answer::body);
    assertEquals(
        "application/problem+json", answer.headers().firstValue("content-type").orElse(""));
    assertTrue(JSON.readTree(answer.body()).path("detail").asText().contains(why), answer::body);
  }

  private Iterator<DrainProgress> drain(String id, int rate, int deadlineMillis) {
    return registry
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .drain(
            DrainRequest.newBuilder()
                .setServerId(id)
                .setRate(rate)
                .setDeadlineMs(deadlineMillis)
                .build());
  }

  private static DrainProgress until(
      Iterator<DrainProgress> progress, DrainPhase phase, Predicate<DrainProgress> further) {
    DrainProgress now = progress.next();
    while (now.getPhase() != phase || !further.test(now)) {
      now = progress.next();
    }
    return now;
  }

  private static int told(DrainProgress progress) {
    return progress.getLoad().getDepartures().getTold();
  }

  private static Load departed(Move move, int total, int told) {
    return Load.newBuilder()
        .setConnections(total - told)
        .setRefusing(true)
        .setDepartures(
            Departures.newBuilder()
                .setDrainId(move.getDrainId())
                .setTotal(total)
                .setTold(told)
                .setGone(told))
        .build();
  }

  private Renewed heartbeat(RegistryBlockingStub stub) {
    return stub.heartbeat(HeartbeatRequest.newBuilder().setClaim(guest.claim).build())
        .getCommand()
        .getRenewed();
  }

  private JsonNode ask(String method, String id, String body) throws Exception {
    return ask(controlPlane, method, id, body);
  }

  private JsonNode ask(ControlPlane asked, String method, String id, String body) throws Exception {
    return JSON.readTree(send(asked, method, id, body).body());
  }

  private JsonNode servers() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + controlPlane.httpPort() + "/admin/v1/servers");
    return JSON.readTree(http.send(HttpRequest.newBuilder(uri).build(), ofString()).body());
  }

  private HttpResponse<String> send(ControlPlane asked, String method, String id, String body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/admin/v1/servers/%s/drain"
                        .formatted(asked.httpPort(), id)))
            .method(method, BodyPublishers.ofString(body))
            .build(),
        ofString());
  }

  private static StatusRuntimeException refused(Status.Code code, Runnable call) {
    StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, call::run);
    assertEquals(code, refused.getStatus().getCode(), refused::toString);
    return refused;
  }

  private ManagedChannel channel(ControlPlane at, String service) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + service + "-token-0123456789");
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", at.registryPort())
            .usePlaintext()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
            .build();
    opened.add(channel::shutdownNow);
    return channel;
  }

  private ControlPlane start(String name) throws IOException {
    Path file = folder.resolve(name + ".yaml");
    Files.writeString(
        file,
        """
        name: %s
        redis:
          url: %s
        http:
          address: 127.0.0.1:0
        registry:
          address: 127.0.0.1:0
        xds:
          address: 127.0.0.1:0
        admin:
          open: true
        services:
          app:
            registration-token: app-token-0123456789
            networks: [127.0.0.0/8]
            ports: 1024-65535
          chat:
            registration-token: chat-token-0123456789
            networks: [127.0.0.0/8]
            ports: 1024-65535
        """
            .formatted(name, tier.valkey().url()));
    ControlPlane started =
        new ControlPlane(
            Configuration.read(
                ControlPlaneConfig.class, List.of("--config", file.toString()), Map.of()));
    started.start();
    opened.add(started);
    return started;
  }

  /**
   * The registry's side of a server: it registers, listens in a Session, and says what it is told.
   */
  private final class Guest {
    private final BlockingQueue<ServerCommand> commands = new LinkedBlockingQueue<>();
    private final ServerSocket port = Tier.listen();
    private final StreamObserver<ServerReport> reports;
    private Claim claim = Claim.getDefaultInstance();

    Guest(ControlPlane at) {
      opened.add(port);
      register(registry);
      RegistryStub stub = RegistryGrpc.newStub(channel(at, "app"));
      reports =
          stub.session(
              new StreamObserver<>() {
                @Override
                public void onNext(ServerCommand command) {
                  commands.add(command);
                }

                @Override
                public void onError(Throwable cut) {}

                @Override
                public void onCompleted() {}
              });
    }

    State register(RegistryBlockingStub stub) {
      RegisterResponse answer =
          stub.register(
              RegisterRequest.newBuilder()
                  .setServerId("app-1")
                  .setInstanceUid("a")
                  .setService("app")
                  .setAddress("127.0.0.1:" + port.getLocalPort())
                  .setGeneration(claim.getGeneration())
                  .build());
      claim =
          Claim.newBuilder()
              .setServerId("app-1")
              .setIncarnation(answer.getIncarnation())
              .setGeneration(answer.getGeneration())
              .setInstanceUid("a")
              .build();
      return answer.getState();
    }

    void report(Load load) {
      reports.onNext(ServerReport.newBuilder().setClaim(claim).setLoad(load).build());
    }

    /** The next order of this kind; those before it are passed over. */
    Renewed hears(Predicate<Renewed> wanted) throws InterruptedException {
      while (true) {
        ServerCommand command = commands.poll(10, TimeUnit.SECONDS);
        if (command == null) {
          throw new AssertionError("the server was not told");
        }
        if (command.hasRenewed() && wanted.test(command.getRenewed())) {
          return command.getRenewed();
        }
      }
    }

    void leave() {
      leave(registry);
    }

    void leave(Load last) {
      registry.deregister(DeregisterRequest.newBuilder().setClaim(claim).setLoad(last).build());
    }

    void leave(RegistryBlockingStub stub) {
      stub.deregister(DeregisterRequest.newBuilder().setClaim(claim).build());
    }
  }
}
