package io.mooring.controlplane.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.lease.Leases.Lapse;
import io.mooring.registry.Address;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeasesTest {
  private static final Duration TTL = Duration.ofSeconds(10);

  private final Leases leases = new Leases(TTL);

  @Test
  void aLeaseLastsOneTtlFromTheLastRenewalThatWasSeen() {
    assertEquals(List.of(), poll(0, "a", "1"));
    assertEquals(List.of(), poll(9_000, "a", "2"));
    assertEquals(List.of(), poll(19_000, "a", "2"));
    assertEquals(List.of("a 2"), poll(19_001, "a", "2"));
    assertEquals(List.of("a 2"), poll(20_000, "a", "2"));
    assertEquals(List.of(), poll(20_001, "a", "3"));
  }

  @Test
  void aCounterThatWentDownIsARenewalAsWell() {
    poll(0, "a", "57");

    assertEquals(List.of(), poll(10_001, "a", "1"));
  }

  @Test
  void aMissingCounterNeverEndsALeaseAtOnce() {
    poll(0, "a", "57");

    assertEquals(List.of(), poll(1_000, "a", ""));
    assertEquals(List.of(), poll(11_000, "a", ""));
    assertEquals(List.of("a "), poll(11_001, "a", ""));
  }

  @Test
  void afterAFailedPollEveryLeaseGetsAFullTtl() {
    poll(0, "a", "1");
    leases.interrupt();

    assertEquals(List.of(), poll(300_000, "a", "1"));
    assertEquals(List.of(), poll(310_000, "a", "1"));
    assertEquals(List.of("a 1"), poll(310_001, "a", "1"));
  }

  @Test
  void aPollThatWasBegunBeforeTheDeadlineProvesNothing() {
    poll(0, "a", "1");

    assertEquals(List.of(), poll(10_000, 14_000, view("a"), Map.of("a", "1")));
    assertEquals(List.of("a 1"), poll(14_001, "a", "1"));
  }

  @Test
  void aNewInstanceHasALeaseOfItsOwn() {
    poll(0, "a", "1");
    RegistryView next = view(server("a", 2));

    assertEquals(List.of(), poll(10_001, 10_001, next, Map.of("a", "1")));
    assertEquals(List.of("a 1"), poll(20_002, 20_002, next, Map.of("a", "1")));
  }

  @Test
  void aServerThatLeftHasNoLease() {
    poll(0, "a", "1");

    assertEquals(List.of(), poll(20_000, 20_000, RegistryView.EMPTY, Map.of("a", "1")));
    assertEquals(0, leases.size());
  }

  @Test
  void theNextDeadlineIsThatOfTheOldestLeaseThatHasNotEnded() {
    poll(0, 0, view("a", "b", "c"), Map.of("a", "1", "b", "1", "c", "1"));
    poll(4_000, 4_000, view("a", "b", "c"), Map.of("a", "2", "b", "1", "c", "1"));

    assertEquals(millis(6_000), leases.untilNextDeadline(millis(4_000)).orElseThrow());
    assertEquals(millis(3_000), leases.untilNextDeadline(millis(11_000)).orElseThrow());
    assertTrue(leases.untilNextDeadline(millis(15_000)).isEmpty());
  }

  @Test
  void monotonicTimeMayOverflow() {
    long start = Long.MAX_VALUE - millis(3_000);
    leases.polled(start, start, view("a"), Map.of("a", "1"));

    assertTrue(leases.polled(start + millis(9_999), start, view("a"), Map.of("a", "1")).isEmpty());
    assertEquals(
        1, leases.polled(start + millis(10_001), start, view("a"), Map.of("a", "1")).size());
  }

  @Test
  void oneOfThreeIsRemovedButTwoOfThreeFreeze() {
    Preservation preservation = new Preservation(TTL);

    assertFalse(preservation.frozen(0, lapses(1), 3));
    assertTrue(preservation.frozen(millis(1), lapses(2), 3));
    assertFalse(preservation.frozen(millis(20_000), lapses(1), 3));
  }

  @Test
  void aFreezeNeedsMoreThanFifteenPercent() {
    assertFalse(new Preservation(TTL).frozen(0, lapses(15), 100));
    assertTrue(new Preservation(TTL).frozen(0, lapses(16), 100));
  }

  @Test
  void theRemovedCountForOneTtl() {
    Preservation preservation = new Preservation(TTL);
    List<Lapse> all = lapses(3);

    assertFalse(preservation.frozen(0, all.subList(0, 1), 10));
    assertTrue(preservation.frozen(millis(5_000), all.subList(1, 2), 9));

    Preservation slower = new Preservation(TTL);
    assertFalse(slower.frozen(0, all.subList(0, 1), 10));
    assertFalse(slower.frozen(millis(10_001), all.subList(1, 2), 9));
  }

  private List<String> poll(long at, String id, String counter) {
    return poll(at, at, view(id), counter.isEmpty() ? Map.of() : Map.of(id, counter));
  }

  private List<String> poll(
      long asked, long answered, RegistryView view, Map<String, String> counters) {
    return leases.polled(millis(asked), millis(answered), view, counters).stream()
        .map(lapse -> lapse.server().id() + " " + lapse.counter())
        .toList();
  }

  private static List<Lapse> lapses(int count) {
    List<Lapse> lapses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lapses.add(new Lapse(server("s" + i, 1), "1"));
    }
    return lapses;
  }

  private static RegistryView view(String... ids) {
    return view(List.of(ids).stream().map(id -> server(id, 1)).toArray(Server[]::new));
  }

  private static RegistryView view(Server... servers) {
    TreeMap<String, Server> byId = new TreeMap<>();
    for (Server server : servers) {
      byId.put(server.id(), server);
    }
    return new RegistryView("life", 1, byId);
  }

  private static Server server(String id, long generation) {
    return new Server(
        id,
        "app",
        "uid",
        generation,
        ServerState.ACTIVE,
        false,
        new Address("127.0.0.1", 7200),
        Optional.empty(),
        8,
        "",
        Set.of());
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
