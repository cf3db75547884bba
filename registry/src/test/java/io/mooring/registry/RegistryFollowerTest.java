package io.mooring.registry;

import static io.mooring.registry.Registry.FENCE;
import static io.mooring.registry.ServerState.ACTIVE;
import static io.mooring.registry.ServerState.WARMING;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.RestoreArgs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryFollowerTest {
  @TempDir Path folder;
  private Registry registry;
  private RegistryFollower follower;
  private final List<RegistryView> seen = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    registry = new Registry(folder);
    follower = new RegistryFollower(registry.redis());
    follower.onChange(seen::add);
  }

  @AfterEach
  void stop() {
    follower.close();
    registry.close();
  }

  @Test
  void theFirstViewIsTheWholeRegistry() {
    registry.admitActive("app-1", "a");
    registry.admit("app-2", "b");

    follower.start();

    awaitServers("app-1 ACTIVE", "app-2 WARMING");
    assertTrue(follower.synced());
    assertTrue(follower.trouble().isEmpty());
    assertEquals(3, follower.view().revision());
  }

  @Test
  void anEmptyRegistryIsAViewAsWell() {
    follower.start();

    await().until(follower::synced);
    assertEquals(List.of(RegistryView.EMPTY), seen);
  }

  @Test
  void everyRevisionArrivesInOrder() {
    follower.start();
    await().until(follower::synced);

    Claim claim = registry.admitActive("app-1", "a");
    awaitServers("app-1 ACTIVE");
    registry.store.suspect(FENCE, claim, "1");
    await().until(() -> follower.view().server("app-1").orElseThrow().suspect());
    registry.store.deregister(claim, "");
    awaitServers();

    List<Long> revisions = seen.stream().map(RegistryView::revision).toList();
    assertEquals(revisions.stream().sorted().distinct().toList(), revisions);
  }

  @Test
  void whoLeavesByTheirOwnWordAreToldFromThoseWhoseLeaseEnded() {
    Claim first = registry.admitActive("app-1", "a");
    Claim second = registry.admitActive("app-2", "b");
    follower.start();
    awaitServers("app-1 ACTIVE", "app-2 ACTIVE");

    registry.store.expire(FENCE, second, "1");
    registry.store.deregister(first, "");
    awaitServers();

    assertEquals(
        List.of(
            Map.entry("app-2", new Departure(1, Departure.Cause.EXPIRED)),
            Map.entry("app-1", new Departure(1, Departure.Cause.DEREGISTERED))),
        List.copyOf(follower.view().departed().sequencedEntrySet()));
  }

  @Test
  void aListenerThatFailsDoesNotStopTheOthers() {
    follower = new RegistryFollower(registry.redis());
    follower.onChange(
        view -> {
          throw new IllegalStateException("on purpose, at revision " + view.revision());
        });
    follower.onChange(seen::add);
    follower.start();

    registry.admitActive("app-1", "a");

    await().until(() -> !seen.isEmpty() && seen.getLast().server("app-1").isPresent());
  }

  @Test
  void memoryStandsWhileRedisIsAwayAndGoesOnAfterwards() {
    registry.admitActive("app-1", "a");
    follower.start();
    awaitServers("app-1 ACTIVE");

    registry.valkey().close();
    await().until(() -> follower.trouble().isPresent());
    assertTrue(follower.trouble().orElseThrow().contains(registry.redis().name()));
    assertServers("app-1 ACTIVE");

    registry.startAgain();
    registry.admit("app-2", "b");
    awaitServers("app-1 ACTIVE", "app-2 WARMING");
    await().until(() -> follower.trouble().isEmpty());
    assertTrue(follower.kept().isEmpty());
  }

  @Test
  void aFrozenRedisCountsAsAway() {
    registry.admitActive("app-1", "a");
    follower.start();
    awaitServers("app-1 ACTIVE");

    registry.valkey().freeze();
    await().until(() -> follower.trouble().isPresent());
    assertServers("app-1 ACTIVE");

    registry.valkey().resume();
    await().until(() -> follower.trouble().isEmpty());
  }

  @Test
  void aFollowerThatStartsBeforeRedisWaitsForIt() {
    registry.admitActive("app-1", "a");
    registry.valkey().close();

    follower.start();
    await().until(() -> follower.trouble().orElse("").contains("does not answer"));
    assertFalse(follower.synced());

    registry.startAgain();
    awaitServers("app-1 ACTIVE");
  }

  @Test
  void aTrimmedStreamIsHealedByTheWhole() {
    Claim claim = registry.admitActive("app-1", "a");
    follower.start();
    awaitServers("app-1 ACTIVE");

    registry.call(
        redis -> {
          redis.multi();
          redis.hset("{mooring}:server:app-1", Map.of("state", "WARMING"));
          redis.hset("{mooring}:meta", Map.of("revision", "9", "tag", "t9"));
          redis.del("{mooring}:rev");
          return redis.exec();
        });
    registry.store.transition(FENCE, claim, WARMING, ACTIVE);
    registry.admit("app-2", "b");

    awaitServers("app-1 ACTIVE", "app-2 WARMING");
    assertEquals(11, follower.view().revision());
    assertTrue(follower.kept().isEmpty());
  }

  @Test
  void anEntryWrittenByHandIsPassedOver() {
    registry.admitActive("app-1", "a");
    follower.start();
    awaitServers("app-1 ACTIVE");

    registry.call(redis -> redis.xadd("{mooring}:rev", Map.of("id", "app-1", "state", "GONE")));
    registry.admit("app-2", "b");

    awaitServers("app-1 ACTIVE", "app-2 WARMING");
  }

  @Test
  void deletedCountersHideNoServer() {
    Claim claim = registry.admitActive("app-1", "a");
    follower.start();
    awaitServers("app-1 ACTIVE");

    registry.call(redis -> redis.del("{mooring}:beats"));
    // An entry that nobody can follow makes every follower read the whole.
    registry.call(redis -> redis.xadd("{mooring}:rev", Map.of("id", "app-1", "state", "GONE")));
    registry.admitActive("app-2", "b");

    awaitServers("app-1 ACTIVE", "app-2 ACTIVE");
    long before = follower.view().revision();
    registry.store.renew(claim, "");
    await().until(() -> follower.view().revision() > before);
  }

  @Test
  void aFlushedRegistryShrinksNothingAndIsRestored() {
    registry.admitActive("app-1", "a");
    registry.admitActive("app-2", "b");
    follower.start();
    awaitServers("app-1 ACTIVE", "app-2 ACTIVE");
    RegistryView before = follower.view();

    registry.call(redis -> redis.flushall());
    await().until(() -> follower.kept().equals(Set.of("app-1", "app-2")));
    assertServers("app-1 ACTIVE", "app-2 ACTIVE");
    Claim third = registry.admitActive("app-3", "c");
    awaitServers("app-1 ACTIVE", "app-2 ACTIVE", "app-3 ACTIVE");

    registry.store.restore(before.servers(), before.revision());

    await().until(() -> follower.kept().isEmpty());
    assertServers("app-1 ACTIVE", "app-2 ACTIVE", "app-3 ACTIVE");
    assertEquals(third.incarnation(), follower.view().incarnation());
    assertNotEquals(before.incarnation(), follower.view().incarnation());
    assertTrue(follower.view().revision() > before.revision());
  }

  @Test
  void aRedisFromAnOlderSnapshotShrinksNothing() throws IOException {
    registry.admitActive("app-1", "a");
    registry.valkey().close();
    Path older = folder.resolveSibling(folder.getFileName() + "-older");
    copy(folder, older);
    registry.startAgain();
    registry.admitActive("app-2", "b");
    follower.start();
    awaitServers("app-1 ACTIVE", "app-2 ACTIVE");

    registry.valkey().close();
    delete(folder.resolve("appendonlydir"));
    copy(older, folder);
    registry.startAgain();
    registry.admitActive("app-9", "x");

    awaitServers("app-1 ACTIVE", "app-2 ACTIVE", "app-9 ACTIVE");
    await().until(() -> follower.kept().equals(Set.of("app-2")));
    delete(older);
  }

  @Test
  void aRolledBackRegistryThatWasRestoredInPartShrinksNothing() {
    registry.admitActive("app-1", "a");
    Map<String, byte[]> older = dumped();
    Claim second = registry.admitActive("app-2", "b");
    registry.admitActive("app-3", "c");
    registry.drain(second, DrainSpec.DEFAULT);
    follower.start();
    awaitServers("app-1 ACTIVE", "app-2 DRAINING", "app-3 ACTIVE");
    RegistryView before = follower.view();

    // One who registers again is restored before anybody has read the registry.
    registry.call(
        redis -> {
          redis.multi();
          redis.flushall();
          older.forEach((key, value) -> redis.restore(key, value, new RestoreArgs().replace()));
          return redis.exec();
        });
    registry.store.restore(List.of(before.server("app-3").orElseThrow()), before.revision());

    await().until(() -> follower.view().revision() > before.revision());
    assertEquals(Set.of("app-2"), follower.kept());
    assertServers("app-1 ACTIVE", "app-2 DRAINING", "app-3 ACTIVE");
  }

  @Test
  void whatWasNotRestoredIsNoRevision() {
    registry.admitActive("app-1", "a");
    Map<String, String> meta = registry.call(redis -> redis.hgetall("{mooring}:meta"));

    assertEquals(
        Set.of(), registry.store.restore(List.of(Registry.server("app-1", 1, ACTIVE, 1)), 900));

    assertEquals(meta, registry.call(redis -> redis.hgetall("{mooring}:meta")));
  }

  @Test
  void aDrainOutlastsARedisFromBeforeItBegan() throws IOException {
    registry.call(redis -> redis.configSet("appendfsync", "always"));
    Claim claim = registry.admitActive("app-1", "a");
    registry.valkey().close();
    Path older = folder.resolveSibling(folder.getFileName() + "-older");
    copy(folder, older);
    registry.startAgain();
    DrainSpec spec = DrainSpec.parse("rate=20 deadline=60s");
    registry.drain(claim, spec);
    String drainId = registry.call(redis -> redis.hget("{mooring}:server:app-1", "drain_id"));
    registry.store.releaseMoves(FENCE, claim, drainId);
    follower.start();
    await().until(() -> drain().equals(Optional.of(new Drain(drainId, spec, true))));

    registry.valkey().close();
    delete(folder.resolve("appendonlydir"));
    copy(older, folder);
    registry.startAgain();

    await().until(() -> follower.kept().equals(Set.of("app-1")));
    assertEquals("ACTIVE", registry.call(redis -> redis.hget("{mooring}:server:app-1", "state")));
    assertEquals(Optional.of(new Drain(drainId, spec, true)), drain());
    RegistryView memory = follower.view();
    assertEquals(Set.of("app-1"), registry.store.restore(memory.servers(), memory.revision()));
    assertEquals(Set.of(), registry.store.restore(memory.servers(), memory.revision()));
    await().until(() -> follower.kept().isEmpty());
    assertEquals(Optional.of(new Drain(drainId, spec, true)), drain());
    assertEquals(Map.of("app-1", spec.toString()), registry.store.drainRequests(List.of("app-1")));
    assertInstanceOf(Standing.Held.class, registry.store.renew(claim, ""));
    delete(older);
  }

  private Map<String, byte[]> dumped() {
    return registry.call(
        redis ->
            redis.keys("{mooring}:*").stream().collect(Collectors.toMap(key -> key, redis::dump)));
  }

  private Optional<Drain> drain() {
    return follower.view().server("app-1").flatMap(Server::drain);
  }

  private void awaitServers(String... expected) {
    await().untilAsserted(() -> assertServers(expected));
  }

  private void assertServers(String... expected) {
    assertEquals(
        List.of(expected),
        follower.view().servers().stream()
            .map(server -> server.id() + " " + server.state())
            .toList());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
