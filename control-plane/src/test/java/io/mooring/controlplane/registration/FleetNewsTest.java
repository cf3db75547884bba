package io.mooring.controlplane.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.mooring.registry.Address;
import io.mooring.registry.Departure;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Peer;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What becomes of views, round by round. */
class FleetNewsTest {
  private static final Duration TTL = Duration.ofSeconds(10);

  private final List<Fleet> told = new ArrayList<>();
  private RegistryView view = RegistryView.EMPTY;
  private long now;
  private final FleetNews news =
      new FleetNews(() -> view, TTL, () -> told.add(newest().orElseThrow()), () -> now);

  private Optional<Fleet> newest() {
    return this.news.newest().map(ServerCommand::getFleet);
  }

  @Test
  void thereIsNothingToSayBeforeTheRegistryHasBegun() {
    news.round();

    assertEquals(List.of(), told);
    assertEquals(Optional.empty(), news.newest());
  }

  @Test
  void aServerIsToldByItsIdGenerationAndState() {
    see(7, server("app-2", 3, ServerState.DRAINING, true, 8), active("app-1", 1));

    assertEquals(
        List.of(
            Fleet.newBuilder()
                .setIncarnation("life")
                .setRevision(7)
                .addServers(
                    Peer.newBuilder()
                        .setServerId("app-1")
                        .setGeneration(1)
                        .setState(State.STATE_ACTIVE))
                .addServers(
                    Peer.newBuilder()
                        .setServerId("app-2")
                        .setGeneration(3)
                        .setState(State.STATE_DRAINING)
                        .setSuspect(true))
                .build()),
        told);
  }

  @Test
  void ofThoseThatLeftTheLastAreToldOfWhichItWasSeenHow() {
    SequencedMap<String, Departure> departed = new LinkedHashMap<>();
    departed.put("unseen", new Departure(1, Departure.Cause.UNSEEN));
    departed.put("first", new Departure(1, Departure.Cause.DEREGISTERED));
    for (int i = 1; i <= 98; i++) {
      departed.put("app-" + i, new Departure(i, Departure.Cause.DEREGISTERED));
    }
    departed.put("here", new Departure(3, Departure.Cause.DEREGISTERED));
    departed.put("newer", new Departure(3, Departure.Cause.DEREGISTERED));
    departed.put("last", new Departure(4, Departure.Cause.EXPIRED));
    SortedMap<String, Server> servers = new TreeMap<>();
    servers.put("here", active("here", 3));
    servers.put("newer", active("newer", 4));

    view = new RegistryView("life", 9, servers, departed);
    news.round();

    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 98; i++) {
      expected.add("app-" + i + "@" + i);
    }
    expected.addAll(List.of("newer@3", "last@4 lost"));
    assertEquals(
        expected,
        told.getFirst().getDepartedList().stream()
            .map(
                left ->
                    left.getServerId()
                        + "@"
                        + left.getGeneration()
                        + (left.getLost() ? " lost" : ""))
            .toList());
  }

  @Test
  void manyChangesBetweenTwoRoundsAreToldOnce() {
    see(1, active("app-1", 1));
    view = view(2, active("app-1", 1), active("app-2", 1));
    view = view(3, active("app-1", 2), active("app-2", 1));
    see(4, active("app-1", 2));

    assertEquals(List.of(1L, 4L), revisions());
  }

  @Test
  void aChangeOfWhichTheOthersNeedNotKnowIsNotTold() {
    see(1, active("app-1", 1));
    ServerCommand before = news.newest().orElseThrow();
    see(2, server("app-1", 1, ServerState.ACTIVE, false, 4));
    news.round();

    assertEquals(List.of(1L), revisions());
    assertSame(before, news.newest().orElseThrow());
  }

  @Test
  void nobodyIsToldToHaveLeftBeforeALeaseHasPassedSinceTheFirstView() {
    now = 1_000;
    see(1, active("app-1", 1));
    pass(TTL.minusNanos(1));
    see(2, active("app-2", 1));
    pass(Duration.ofNanos(1));
    news.round();
    see(3, active("app-2", 1), active("app-3", 1));

    assertEquals(List.of(1L, 2L, 2L, 3L), revisions());
    assertEquals(List.of(false, false, true, true), told.stream().map(Fleet::getComplete).toList());
  }

  private List<Long> revisions() {
    return told.stream().map(Fleet::getRevision).toList();
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void see(long revision, Server... servers) {
    view = view(revision, servers);
    assertEquals(FleetNews.PAUSE, news.round());
  }

  private static RegistryView view(long revision, Server... servers) {
    SortedMap<String, Server> byId = new TreeMap<>();
    for (Server server : servers) {
      byId.put(server.id(), server);
    }
    return new RegistryView("life", revision, byId);
  }

  private static Server active(String id, long generation) {
    return server(id, generation, ServerState.ACTIVE, false, 8);
  }

  private static Server server(
      String id, long generation, ServerState state, boolean suspect, int weight) {
    return new Server(
        id,
        "app",
        "uid",
        generation,
        state,
        suspect,
        new Address("127.0.0.1", 7200),
        Optional.empty(),
        weight,
        "",
        Set.of());
  }
}
