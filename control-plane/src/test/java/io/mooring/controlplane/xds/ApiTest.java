package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.registry.Address;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a real Envoy sends what is asked of {@code /api/v1}. */
class ApiTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend one = Backend.start("app-1");
  private static final Backend two = Backend.start("app-2");
  private static final Backend other = Backend.start("chat-1");
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    edge = Edge.start(folder, Edge.config(auth.address()));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    one.close();
    two.close();
    other.close();
  }

  @BeforeEach
  void letEverybodyIn() {
    auth.answering(request -> allow("c"));
    auth.asked().clear();
    edge.show(server(one, "app"), server(two, "app"), server(other, "chat"));
  }

  /** The WebSocket port is another one, at which nobody listens. */
  private static Server server(Backend api, String service) {
    return new Server(
        api.name(),
        service,
        "uid",
        1,
        ServerState.ACTIVE,
        false,
        new Address("127.0.0.1", 1),
        Optional.of(api.address()),
        8,
        "r1",
        Set.of());
  }

  private static Handshake publish() {
    return Handshake.to(edge.port())
        .line("POST /api/v1/publish HTTP/1.1")
        .without("Upgrade")
        .without("Connection")
        .without("Sec-WebSocket-Version")
        .without("Sec-WebSocket-Key")
        .with("Authorization: Bearer secret-token")
        .with("Content-Length: 0");
  }

  private static Handshake read() {
    return publish().line("GET /api/v1/channels/demo.room HTTP/1.1").without("Content-Length");
  }

  private static List<String> answeredBy(int requests) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      try (Answer answer = publish().send()) {
        assertEquals(200, answer.status(), answer::head);
        names.add(answer.backend());
      }
    }
    return names;
  }

  @Test
  void theServersOfTheDefaultServiceTakeTurns() {
    assertEquals(Set.of("app-1", "app-2"), Set.copyOf(answeredBy(8)));
  }

  @Test
  void aDeadServerCostsATryOnTheNext() {
    Address closed;
    try (Backend gone = Backend.frozen("gone")) {
      closed = gone.address();
    }
    edge.show(
        server(one, "app"),
        Edge.server("app-2", "app", ServerState.ACTIVE, closed),
        server(other, "chat"));

    assertEquals(Set.of("app-1"), Set.copyOf(answeredBy(8)));
  }

  @Test
  void aReadThatAFrozenServerDoesNotAnswerIsAnsweredByTheNext() throws Exception {
    try (Backend frozen = Backend.frozen("app-2")) {
      edge.show(server(one, "app"), server(frozen, "app"));
      long start = System.nanoTime();

      List<Answer> answers = PlacementTest.atOnce(8, () -> read().send());

      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      assertEquals(8, answers.stream().filter(a -> a.backend().equals("app-1")).count());
      assertTrue(taken.compareTo(Duration.ofSeconds(5)) < 0, () -> "took " + taken);
      answers.forEach(Answer::close);
    }
  }

  @Test
  void aPublicationThatAFrozenServerMayHaveReadGoesToNoOther() throws Exception {
    one.heads().clear();
    try (Backend frozen = Backend.frozen("app-2")) {
      edge.show(server(one, "app"), server(frozen, "app"));

      List<Answer> answers = PlacementTest.atOnce(8, () -> publish().send());

      long made = answers.stream().filter(answer -> answer.status() == 200).count();
      assertEquals(8 - made, answers.stream().filter(answer -> answer.status() == 504).count());
      assertTrue(made < 8, "none went to the frozen one");
      assertEquals(made, one.heads().size());
      answers.forEach(Answer::close);
    }
  }

  @Test
  void aReadThatTakesLongToComeWholeIsNotCutOff() throws Exception {
    edge.show(server(one, "app"), server(two, "app"));
    List.of(one, two).forEach(server -> server.dawdle(Duration.ofSeconds(4)));
    try (Answer answer = read().send()) {
      byte[] body = answer.socket().getInputStream().readNBytes(Backend.BODY.length());

      assertEquals(Backend.BODY, new String(body, StandardCharsets.US_ASCII));
    } finally {
      List.of(one, two).forEach(server -> server.dawdle(Duration.ZERO));
    }
  }

  @Test
  void theFilterIsAskedAndTheServerSeesTheIdentityButNoToken() {
    one.heads().clear();
    two.heads().clear();
    try (Answer answer = publish().with("x-mooring-identity: forged").send()) {
      assertEquals(200, answer.status());
    }

    Map<String, String> asked = Optional.ofNullable(auth.asked().poll()).orElse(Map.of());
    assertEquals("Bearer secret-token", asked.get("authorization"));
    assertEquals("/api/v1/publish", asked.get(":path"));
    List<String> heads = new ArrayList<>(one.heads());
    heads.addAll(two.heads());
    String head = heads.getFirst();
    assertTrue(head.startsWith("POST /api/v1/publish HTTP/1.1"), head);
    assertTrue(head.contains("\r\nx-mooring-identity: signed\r\n"), head);
    assertFalse(head.contains("forged"), head);
    assertFalse(head.contains("secret"), head);
  }

  @Test
  void nobodyComesInWhomTheFilterDenies() {
    auth.answering(request -> AuthService.deny());

    try (Answer answer = publish().send()) {
      assertEquals(403, answer.status());
    }
  }

  @Test
  void serversOfAnotherServiceAreNoneOfItsOwn() {
    edge.show(server(other, "chat"));

    try (Answer answer = publish().send()) {
      assertEquals(503, answer.status());
    }
  }
}
