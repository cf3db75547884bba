package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.registry.Address;
import io.mooring.registry.ServerState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which host a handshake reaches, when hosts are well, dead, frozen, refusing or gone. */
class PlacementTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend one = Backend.start("app-1");
  private static final Backend two = Backend.start("app-2");
  private static final Backend three = Backend.start("app-3");
  private static final Backend other = Backend.start("other-1");
  private static final Backend frozen = Backend.frozen("app-7");
  private static final Address dead = closedPort();
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    edge = Edge.start(folder, Edge.config(auth.address()));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    List.of(one, two, three, other, frozen).forEach(Backend::close);
  }

  @BeforeEach
  void allWell() {
    one.refuse(false);
    edge.show(
        Edge.server(one),
        Edge.server(two),
        Edge.server(three),
        Edge.server(frozen),
        Edge.server("app-8", "app", ServerState.ACTIVE, dead),
        Edge.server("other-1", "other", ServerState.ACTIVE, other.address()));
  }

  private static Address closedPort() {
    try (Backend gone = Backend.frozen("app-8")) {
      return gone.address();
    }
  }

  private static Answer connect(String connectionId, Address... hosts) {
    auth.answering(request -> allow(connectionId, hosts));
    return Handshake.to(edge.port()).send();
  }

  @Test
  void thePinnedHostWins() {
    for (Backend pinned : List.of(one, two, three)) {
      try (Answer answer = connect("c", pinned.address())) {
        assertEquals(101, answer.status());
        assertEquals(pinned.name(), answer.backend());
        assertTrue(answer.alive());
      }
    }
  }

  @Test
  void aDeadHostCostsARetryOntoTheNextInTheList() {
    try (Answer answer = connect("c", dead, two.address())) {
      assertEquals("app-2", answer.backend());
    }
  }

  @Test
  void aFrozenHostCostsOneTryOfTwoSeconds() {
    long start = System.nanoTime();

    try (Answer answer = connect("c", frozen.address(), three.address())) {
      Duration taken = Duration.ofNanos(System.nanoTime() - start);

      assertEquals("app-3", answer.backend());
      assertTrue(taken.compareTo(Duration.ofMillis(2_500)) <= 0, () -> "took " + taken);
    }
  }

  @Test
  void aRefusingHostCostsARetryOntoTheNextInTheList() {
    one.refuse(true);

    try (Answer answer = connect("c", one.address(), two.address())) {
      assertEquals("app-2", answer.backend());
    }
  }

  @Test
  void aFailingHostCostsARetryOntoTheNextInTheList() {
    one.answer("500 Internal Server Error");

    try (Answer answer = connect("c", one.address(), two.address())) {
      assertEquals("app-2", answer.backend());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 403})
  void anotherAnswerIsTheClients(int status) {
    two.heads().clear();
    one.answer(status + " As It Is");

    try (Answer answer = connect("c", one.address(), two.address())) {
      assertEquals(status, answer.status());
    }
    assertEquals(List.of(), List.copyOf(two.heads()));
  }

  @Test
  void aHostThatLeftTheEndpointsIsPassedOver() {
    edge.show(Edge.server(two), Edge.server(three));

    try (Answer answer = connect("c", one.address(), three.address())) {
      assertEquals("app-3", answer.backend());
    }
  }

  @Test
  void aDrainingServerIsNotInTheEndpoints() {
    edge.show(Edge.server("app-1", "app", ServerState.DRAINING, one.address()), Edge.server(two));

    try (Answer answer = connect("c", one.address(), two.address())) {
      assertEquals("app-2", answer.backend());
    }
  }

  @Test
  void aPinReachesAServerOfAnotherService() {
    try (Answer answer = connect("c", other.address())) {
      assertEquals("other-1", answer.backend());
    }
  }

  @Test
  void withoutAUsableListConnectionsSpreadByTheirIdOverTheDefaultServiceOnly() {
    edge.show(
        Edge.server(one),
        Edge.server(two),
        Edge.server(three),
        Edge.server("other-1", "other", ServerState.ACTIVE, other.address()));
    AtomicInteger next = new AtomicInteger();
    auth.answering(request -> allow("connection-" + next.incrementAndGet(), dead));

    Map<String, Integer> reached = new HashMap<>();
    for (int i = 0; i < 120; i++) {
      try (Answer answer = Handshake.to(edge.port()).send()) {
        reached.merge(answer.backend(), 1, Integer::sum);
      }
    }

    assertEquals(3, reached.size(), reached::toString);
    assertTrue(reached.values().stream().allMatch(count -> count <= 66), reached::toString);
  }

  @Test
  void theSameIdReachesTheSameHostWithoutAList() {
    edge.show(Edge.server(one), Edge.server(two), Edge.server(three));

    List<String> reached = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      try (Answer answer = connect("the same")) {
        reached.add(answer.backend());
      }
    }

    assertEquals(1, reached.stream().distinct().count(), reached::toString);
  }

  @Test
  void fiveHundredHandshakesAtOnceToADeadPinAllComeThrough() throws Exception {
    auth.answering(request -> allow("c", dead, two.address(), three.address()));

    List<Answer> answers = atOnce(500, () -> Handshake.to(edge.port()).send());

    assertEquals(500, answers.stream().filter(answer -> answer.status() == 101).count());
    answers.forEach(Answer::close);
  }

  @Test
  void fiveHundredHandshakesAtOnceToAFrozenPinAllComeThrough() throws Exception {
    auth.answering(request -> allow("c", frozen.address(), two.address(), three.address()));

    List<Answer> answers = atOnce(500, () -> Handshake.to(edge.port()).send());

    assertEquals(500, answers.stream().filter(answer -> answer.status() == 101).count());
    answers.forEach(Answer::close);
  }

  @Test
  void moreThanAThousandAndTwentyFourSocketsAreHeldAtOnce() throws Exception {
    auth.answering(request -> allow("c", one.address()));

    List<Answer> answers = atOnce(1_100, () -> Handshake.to(edge.port()).send());

    assertEquals(1_100, answers.stream().filter(answer -> answer.status() == 101).count());
    assertTrue(answers.stream().allMatch(Answer::alive));
    answers.forEach(Answer::close);
  }

  @Test
  void theUpstreamLearnsTheAttemptAndTheEnvoy() {
    two.heads().clear();

    connect("c", dead, two.address()).close();

    String head = Optional.ofNullable(two.heads().poll()).orElse("");
    assertTrue(head.contains("\r\nx-envoy-attempt-count: 2"), head);
    assertTrue(head.contains("\r\nx-mooring-edge: edge-1"), head);
    assertTrue(head.contains("\r\nx-mooring-identity: signed"), head);
  }

  static List<Answer> atOnce(int count, Callable<Answer> call) throws Exception {
    List<Answer> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        calls.add(threads.submit(call));
      }
      for (Future<Answer> future : calls) {
        answers.add(future.get());
      }
    }
    return answers;
  }
}
