package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.registry.Address;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers of a service that is not the default one: reached by name, never by chance. */
class ForeignServiceTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend own = Backend.start("app-1");
  private static final Backend foreign = Backend.start("echo-1");
  private static final Backend anotherForeign = Backend.start("echo-2");
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
    List.of(own, foreign, anotherForeign).forEach(Backend::close);
  }

  @BeforeEach
  void forgetRequests() {
    foreign.refuse(false);
    List.of(own, foreign, anotherForeign).forEach(backend -> backend.heads().clear());
  }

  private static Address closedPort() {
    try (Backend gone = Backend.frozen("app-8")) {
      return gone.address();
    }
  }

  private static Server echo(Backend backend) {
    return Edge.server(backend.name(), "echo", ServerState.ACTIVE, backend.address());
  }

  private static Answer connect(Address... hosts) {
    auth.answering(request -> allow("c", hosts));
    return Handshake.to(edge.port()).send();
  }

  private static void neverAsked(Backend... backends) {
    for (Backend backend : backends) {
      assertEquals(List.of(), List.copyOf(backend.heads()));
    }
  }

  @Test
  void aPinReachesIt() {
    edge.show(Edge.server(own), echo(foreign), echo(anotherForeign));

    for (Backend pinned : List.of(foreign, anotherForeign)) {
      try (Answer answer = connect(pinned.address())) {
        assertEquals(pinned.name(), answer.backend());
      }
    }
  }

  @Test
  void aPinReachesItAlsoWhenTheDefaultServiceHasNoServer() {
    edge.show(echo(foreign));

    try (Answer answer = connect(foreign.address())) {
      assertEquals("echo-1", answer.backend());
    }
  }

  @Test
  void whenItRefusesTheNextOfItsServiceIsAskedAndThenNobodyByChance() {
    edge.show(echo(foreign), echo(anotherForeign));
    foreign.refuse(true);

    try (Answer answer = connect(foreign.address(), anotherForeign.address())) {
      assertEquals("echo-2", answer.backend());
    }
    anotherForeign.heads().clear();
    try (Answer answer = connect(foreign.address())) {
      assertEquals(503, answer.status());
    }
    neverAsked(anotherForeign);
  }

  @Test
  void theFallbackDoesNotReachIt() {
    edge.show(Edge.server(own), echo(foreign));

    try (Answer answer = connect(dead)) {
      assertEquals("app-1", answer.backend());
    }
    neverAsked(foreign);
  }

  @Test
  void theFallbackDoesNotReachItWhenEveryServerOfTheDefaultServiceIsDead() {
    edge.show(
        Edge.server("app-8", "app", ServerState.ACTIVE, dead), echo(foreign), echo(anotherForeign));

    try (Answer answer = connect(dead)) {
      assertEquals(503, answer.status());
    }
    neverAsked(foreign, anotherForeign);
  }

  @Test
  void theFallbackDoesNotReachItWhenTheDefaultServiceHasNoServer() {
    edge.show(echo(foreign), echo(anotherForeign));

    try (Answer answer = connect(dead)) {
      assertEquals(503, answer.status());
    }
    try (Answer answer = connect()) {
      assertEquals(503, answer.status());
    }
    neverAsked(foreign, anotherForeign);
  }
}
