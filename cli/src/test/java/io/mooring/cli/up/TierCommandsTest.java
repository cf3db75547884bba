package io.mooring.cli.up;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.child.Child;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.ControlServer;
import io.mooring.cli.control.Refusal;
import io.mooring.cli.control.Request;
import io.mooring.cli.control.Request.Verb;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.state.SocketPath;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Blueprint;
import io.mooring.cli.tier.Distribution;
import io.mooring.cli.tier.Ending;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.Tier;
import io.mooring.cli.tier.TierListener;
import io.mooring.process.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands to a tier of sleeping processes, through the control socket. */
class TierCommandsTest {
  private static final Shape SHAPE =
      new Shape(new Shape.Size(2, 2, 2, 1), Shape.Broker.REDIS, 17000, Optional.empty());

  /** Longer than the address of a Unix-domain socket may be. */
  private static final String DEEP = "a-folder-with-a-long-name/".repeat(6);

  @TempDir Path folder;
  private StateFolder state = new StateFolder(Path.of("."));
  private Tier tier = new Tier(state, Tier.Patience.NORMAL, new Silence());
  private Optional<ControlServer> server = Optional.empty();

  @BeforeEach
  void up() {
    state = new StateFolder(folder.resolve(DEEP)).create();
    DevelopmentKeys keys = new DevelopmentKeys(state.keys());
    tier =
        new Tier(
            state, new Tier.Patience(Duration.ofSeconds(5), Duration.ofSeconds(1)), new Silence());
    tier.start(
        List.of(
            sleeping(Kind.CONTROL, 1),
            sleeping(Kind.CONTROL, 2),
            sleeping(Kind.APP, 1),
            sleeping(Kind.APP, 2, this::controlTwoIsThere),
            sleeping(Kind.EDGE, 1)));
    Blueprint blueprint =
        new Blueprint(
            SHAPE,
            state,
            keys,
            "127.0.0.1:7060",
            new Distribution(folder),
            Distribution.Mode.PRODUCTION,
            new Blueprint.Binaries(Path.of("envoy"), Optional.of(Path.of("valkey-server"))));
    TierCommands commands = new TierCommands(tier, blueprint, new Addresses(SHAPE, keys), state);
    server = Optional.of(ControlServer.start(SocketPath.of(state), commands::answer));
  }

  @AfterEach
  void down() {
    server.ifPresent(ControlServer::close);
    tier.close();
  }

  @Test
  void statusIsTheContractOfUp() {
    JsonNode status = ask(Verb.STATUS, "");

    assertEquals("wss://localhost:18443/ws", status.path("edge").asText());
    assertEquals("ws://localhost:18080/ws", status.path("edgePlain").asText());
    assertEquals("http://localhost:18080/api/v1", status.path("api").asText());
    assertEquals("http://localhost:17070", status.path("ui").asText());
    assertEquals("https://localhost:18443/demo", status.path("demo").asText());
    assertEquals("http://localhost:18080/demo", status.path("demoPlain").asText());
    assertEquals("[\"127.0.0.1:17100\",\"127.0.0.1:17101\"]", status.path("registry").toString());
    JsonNode controlPlane = status.path("controlPlanes").path(1);
    assertEquals("control-2", controlPlane.path("id").asText());
    assertEquals("http://127.0.0.1:17071", controlPlane.path("http").asText());
    assertEquals("127.0.0.1:17101", controlPlane.path("registry").asText());
    assertEquals("127.0.0.1:17111", controlPlane.path("xds").asText());
    assertEquals("redis://127.0.0.1:17379", status.path("redis").asText());
    assertEquals(state.keys().resolve("ca.pem").toString(), status.path("ca").asText());
    JsonNode envoy = status.path("envoys").path(0);
    assertEquals("edge-1", envoy.path("id").asText());
    assertEquals("http://127.0.0.1:19901", envoy.path("admin").asText());
    assertEquals("wss://localhost:18443/ws", envoy.path("edge").asText());
    assertEquals("ws://localhost:18080/ws", envoy.path("edgePlain").asText());
    JsonNode server = status.path("servers").path(1);
    assertEquals("app-2", server.path("id").asText());
    assertEquals("127.0.0.1:17201", server.path("address").asText());
    assertEquals(pid("app-2"), server.path("pid").asLong());
    JsonNode process = status.path("processes").path(4);
    assertEquals("edge-1", process.path("name").asText());
    assertEquals(pid("edge-1"), process.path("pid").asLong());
  }

  @Test
  void aKilledPartIsGoneAndComesBackAsAnotherProcess() {
    long first = pid("app-2");

    assertEquals("exited", ask(Verb.KILL, "app-2").path("state").asText());
    assertEquals("killed", ask(Verb.STATUS, "").path("processes").path(3).path("ended").asText());
    await().until(() -> ProcessHandle.of(first).filter(ProcessHandle::isAlive).isEmpty());
    JsonNode again = ask(Verb.START, "app-2");

    assertEquals("running", again.path("state").asText());
    assertNotEquals(first, again.path("pid").asLong());
    assertEquals(pid("app-2"), again.path("pid").asLong());
  }

  @Test
  void aTerminatedPartEndsAndComesBack() {
    long first = pid("control-2");

    ask(Verb.TERM, "control-2");
    await().until(() -> ProcessHandle.of(first).filter(ProcessHandle::isAlive).isEmpty());

    assertEquals("running", ask(Verb.START, "control-2").path("state").asText());
  }

  @Test
  void aFrozenPartGoesOnWhenResumed() {
    assertEquals("frozen", ask(Verb.FREEZE, "edge-1").path("state").asText());
    assertEquals("running", ask(Verb.RESUME, "edge-1").path("state").asText());
  }

  @Test
  void aPartOfAnUnknownNameIsRefusedWithTheNearest() {
    Refusal refusal = assertThrows(Refusal.class, () -> ask(Verb.KILL, "ap-2"));

    assertTrue(
        message(refusal).contains("no part is named \"ap-2\"; there are control-1, control-2"));
    assertEquals("did you mean %s?".formatted(state.command("dev kill app-2")), refusal.next());
  }

  @Test
  void anotherServerIsNoSlipOfThePen() {
    Refusal refusal = assertThrows(Refusal.class, () -> ask(Verb.KILL, "app-9"));

    assertTrue(message(refusal).contains("no part is named \"app-9\"; there are control-1"));
    assertEquals("", refusal.next());
  }

  @Test
  void whatDoesNotFitTheStateIsRefusedWithWhatWould() {
    Refusal running = assertThrows(Refusal.class, () -> ask(Verb.START, "app-1"));
    assertEquals("app-1 is running", running.getMessage());

    ask(Verb.KILL, "app-1");
    Refusal exited = assertThrows(Refusal.class, () -> ask(Verb.FREEZE, "app-1"));
    assertEquals("app-1 is exited", exited.getMessage());
    assertEquals("./mooring dev start app-1 --state-dir " + state.root(), exited.next());
  }

  @Test
  void ofTwoStartsAtOnceOneIsRefused() throws Exception {
    ask(Verb.KILL, "app-2");
    try (ExecutorService clients = Executors.newFixedThreadPool(2)) {
      List<Future<JsonNode>> starts =
          clients.invokeAll(
              List.of(() -> ask(Verb.START, "app-2"), () -> ask(Verb.START, "app-2")));

      assertEquals(
          1, starts.stream().filter(start -> start.state() == Future.State.SUCCESS).count());
    }
  }

  @Test
  void aStartThatWaitsForAnotherPartDoesNotHoldUpTheStartOfThat() throws Exception {
    ask(Verb.KILL, "control-2");
    ask(Verb.KILL, "app-2");
    try (ExecutorService client = Executors.newSingleThreadExecutor()) {
      Future<JsonNode> waiting = client.submit(() -> ask(Verb.START, "app-2"));
      await().until(() -> child("app-2").state() == Child.State.RUNNING);

      assertEquals("running", ask(Verb.START, "control-2").path("state").asText());

      assertEquals("running", waiting.get().path("state").asText());
    }
  }

  @Test
  void anUnexpectedFailureIsAnsweredToo() {
    server.ifPresent(ControlServer::close);
    server =
        Optional.of(
            ControlServer.start(
                SocketPath.of(state),
                request -> {
                  throw new IllegalStateException("the disk is full");
                }));

    Refusal refusal = assertThrows(Refusal.class, () -> ask(Verb.DOWN, ""));

    assertTrue(message(refusal).contains("the disk is full"), () -> message(refusal));
  }

  @Test
  void onlyTheNextServerCanBeAdded() {
    Refusal refusal = assertThrows(Refusal.class, () -> ask(Verb.ADD, "app-9"));

    assertEquals("\"app-9\" cannot be added: the next app server is app-3", refusal.getMessage());
  }

  private JsonNode ask(Verb verb, String name) {
    try (ControlClient client = ControlClient.connect(state).orElseThrow()) {
      return client.ask(new Request(verb, name));
    }
  }

  private long pid(String name) {
    return child(name).pid();
  }

  private Child child(String name) {
    return tier.find(name).orElseThrow().child();
  }

  private Optional<String> controlTwoIsThere() {
    return child("control-2").state() == Child.State.RUNNING
        ? Optional.empty()
        : Optional.of("control-2 is not there");
  }

  private static String message(Refusal refusal) {
    return String.valueOf(refusal.getMessage());
  }

  private static Part sleeping(Kind kind, int number) {
    return sleeping(kind, number, Optional::empty);
  }

  private static Part sleeping(Kind kind, int number, Readiness readiness) {
    return new Part(
        kind.name(number),
        kind,
        number,
        kind.ports(number, SHAPE.portBase()),
        List.of("sleep", "1000"),
        Map.of(),
        readiness);
  }

  private static final class Silence implements TierListener {
    @Override
    public void started(Part part) {}

    @Override
    public void ready(Part part, Duration took) {}

    @Override
    public void ended(Part part, Ending ending) {}

    @Override
    public void stopping(List<Part> slow, Duration patience) {}
  }
}
