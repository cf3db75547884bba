package io.mooring.controlplane.lease;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.Tier;
import io.mooring.registry.Address;
import io.mooring.registry.Admission;
import io.mooring.registry.Claim;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Fence;
import io.mooring.registry.Redis;
import io.mooring.registry.Registration;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers join, drain, leave and crash at random, while their registry is flushed, rolled back and
 * written to by hand at random, and while some of those who follow it lag behind. Two replicas of
 * the control plane and one follower that only reads must never lose a server that lives, and must
 * agree in the end. The seed alone decides the steps; set {@code -Dmooring.seed} to draw the same
 * again.
 */
class RollbackTest {
  private static final int STEPS = 150;

  private static final String PREFIX = "{mooring}:";

  /** Polls after which all that was remembered is restored, and the leader has said so. */
  private static final int SETTLES_WITHIN = 30;

  /** A replica that leads, or follows, when the test says so. */
  private final class Replica implements AutoCloseable {
    final Redis redis = new Redis(tier.valkey().url());
    final RegistryStore store = new RegistryStore(redis);
    final RegistryFollower follower = new RegistryFollower(redis);
    final Reaper reaper;
    Optional<Fence> fence = Optional.empty();

    Replica() {
      reaper =
          new Reaper(
              store,
              follower,
              () -> fence,
              Duration.ofSeconds(10),
              new SimpleMeterRegistry(),
              clock::get);
      watch(follower);
    }

    @Override
    public void close() {
      follower.close();
      redis.close();
    }
  }

  /** What an instance that lives knows of itself. */
  private record Instance(int birth, ServerSocket port, Claim claim) {
    String uid() {
      return claim.instanceUid();
    }
  }

  @TempDir Path folder;
  private final long seed = Long.getLong("mooring.seed", new Random().nextLong());
  private final Random random = new Random(seed);

  /** Which replica a call reaches; how many calls there are depends on who was heard when. */
  private final Random ways = new Random(seed);

  private final AtomicLong clock = new AtomicLong(1);
  private final Map<String, Instance> living = new TreeMap<>();

  /** By the id, the newest instance that has ended: it, and those before it, may vanish. */
  private final Map<String, Integer> ended = new ConcurrentHashMap<>();

  /** Whoever holds one of these keeps that follower from reading on. */
  private final Map<RegistryFollower, ReentrantLock> gates = new HashMap<>();

  private final List<String> vanished = new CopyOnWriteArrayList<>();
  private final List<String> history = new ArrayList<>();
  private final List<Replica> replicas = new ArrayList<>();
  private Map<String, byte[]> dump = Map.of();
  private int births;
  private long fences;
  private Tier tier;
  private RedisClient client;
  private StatefulRedisConnection<String, String> connection;

  @BeforeEach
  void start() {
    tier = new Tier(folder);
    client = RedisClient.create(tier.valkey().url());
    connection = client.connect();
    watch(tier.follower());
    replicas.add(new Replica());
    replicas.add(new Replica());
    lead(0);
    followers().forEach(RegistryFollower::start);
    await().until(() -> followers().stream().allMatch(RegistryFollower::synced));
  }

  @AfterEach
  void stop() {
    followers().forEach(this::letGo);
    replicas.forEach(Replica::close);
    connection.close();
    client.shutdown();
    tier.close();
  }

  @RepeatedTest(3)
  void noServerThatLivesVanishesAndAllAgreeInTheEnd() {
    try {
      for (int step = 0; step < STEPS; step++) {
        act();
        pass();
        if (random.nextBoolean()) {
          freeOnesCaughtUp();
        }
      }
    } catch (RuntimeException | AssertionError failed) {
      throw new AssertionError("seed " + seed + ", steps " + history, failed);
    }

    nothingVanishesAndAllAgree();
  }

  @Test
  void whoLagsSeesAnInstanceLeaveThatTheNextHasReplacedMeanwhile() {
    join("app-1");
    join("app-3");
    freeOnesCaughtUp();

    hold(tier.follower());
    leave("app-3");
    pass();
    join("app-3");
    pass();

    nothingVanishesAndAllAgree();
  }

  @Test
  void whoLagsThroughAWholeRestorationForgetsAServerThatLeftMeanwhile() {
    join("app-1");
    join("app-3");
    freeOnesCaughtUp();

    hold(tier.follower());
    join("app-5");
    replicasCaughtUp();
    connection.sync().flushall();
    pass();
    leave("app-3");
    settled();

    nothingVanishesAndAllAgree();
  }

  private void nothingVanishesAndAllAgree() {
    followers().forEach(this::letGo);
    join("app-7");
    try {
      await().atMost(Duration.ofSeconds(30)).untilAsserted(this::agree);
    } catch (RuntimeException | AssertionError apart) {
      throw new AssertionError("seed " + seed + ", steps " + history, apart);
    }
    assertEquals(List.of(), vanished, () -> "seed " + seed + ", steps " + history);
  }

  private void act() {
    String id = "app-" + (1 + random.nextInt(6));
    int dice = random.nextInt(100);
    if (dice < 35) {
      join(id);
    } else if (dice < 55) {
      activate(id);
    } else if (dice < 65) {
      note("drain " + id);
      any().store.requestDrain(id, DrainSpec.DEFAULT);
    } else if (dice < 72) {
      note("cancel " + id);
      any().store.withdrawDrain(id);
    } else if (dice < 78) {
      leave(id);
    } else if (dice < 82) {
      note("crash " + id);
      mayVanish(id);
      end(id);
    } else if (dice < 85) {
      lead(random.nextInt(2));
    } else if (dice < 88) {
      note("hold or let go");
      RegistryFollower one = followers().get(random.nextInt(3));
      letGo(one);
      if (random.nextBoolean()) {
        freeOnesCaughtUp();
        hold(one);
      }
    } else if (dice < 90) {
      scribble(id);
    } else if (dice < 92) {
      note("dump");
      dump = dumped();
    } else if (dice < 95) {
      note("flush");
      replicasCaughtUp();
      connection.sync().flushall();
    } else if (dice < 97) {
      note("roll back");
      replicasCaughtUp();
      rollBack();
      registerAgain();
    } else {
      settled();
    }
  }

  /** What no hand should do to a server that lives, or to the whole. */
  private void scribble(String id) {
    String server = PREFIX + "server:" + id;
    int dice = random.nextInt(7);
    if (!living.containsKey(id)) {
      return;
    }
    if (dice > 5) {
      caughtUp();
    }
    note("scribble " + dice + " " + id);
    RedisCommands<String, String> redis = connection.sync();
    switch (dice) {
      case 0 -> redis.hset(server, "state", "FOO");
      case 1 -> redis.hset(server, "address", "nowhere");
      case 2 -> redis.hset(server, "state", "ACTIVE");
      case 3 -> redis.hset(server, "generation", "many");
      case 4 -> redis.set(server, "text");
      case 5 -> redis.del(PREFIX + "beats");
      default -> redis.del(PREFIX + "rev");
    }
  }

  private void join(String id) {
    int birth = ++births;
    String uid = "u" + birth;
    ServerSocket port = Tier.listen();
    note("join " + id + " " + uid);
    Claim claim = admit(any(), id, uid, port, 0).orElseThrow();
    end(id);
    living.put(id, new Instance(birth, port, claim));
  }

  /** Whatever instance of this id has lived so far; not the next one. */
  private void mayVanish(String id) {
    ended.put(id, births);
  }

  /** Its port refuses from now on. */
  private @Nullable Instance end(String id) {
    Instance instance = living.remove(id);
    if (instance != null) {
      try {
        instance.port().close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    return instance;
  }

  private static Optional<Claim> admit(
      Replica replica, String id, String uid, ServerSocket port, long claimed) {
    RegistryView memory = replica.follower.view();
    memory
        .server(id)
        .filter(server -> server.instanceUid().equals(uid))
        .ifPresent(server -> replica.store.restore(List.of(server), memory.revision()));
    long floor = memory.generation(id);
    Registration registration =
        new Registration(
            id,
            uid,
            claimed,
            "app",
            new Address("127.0.0.1", port.getLocalPort()),
            Optional.empty(),
            8,
            "",
            Set.of(),
            Map.of("uid", uid));
    return switch (replica.store.register(registration, floor)) {
      case Admission.Admitted admitted -> Optional.of(admitted.claim());
      case Admission.Fenced fenced -> Optional.empty();
      case Admission.Taken taken -> throw new AssertionError(taken);
    };
  }

  /** Like servers that were told EXPIRED, before anybody has read the registry again. */
  private void registerAgain() {
    living.entrySet().stream()
        .filter(server -> ways.nextBoolean())
        .toList()
        .forEach(server -> living.put(server.getKey(), again(server.getKey(), server.getValue())));
  }

  private void activate(String id) {
    Replica leader = leader();
    RegistryView view = leader.follower.view();
    note("activate " + id);
    view.server(id)
        .ifPresent(
            server ->
                leader.store.transition(
                    leader.fence.orElseThrow(),
                    server.claim(view.incarnation()),
                    ServerState.WARMING,
                    ServerState.ACTIVE));
  }

  private void leave(String id) {
    mayVanish(id);
    Instance instance = end(id);
    if (instance != null) {
      note("leave " + id);
      any().store.deregister(instance.claim(), "");
    }
  }

  private void lead(int index) {
    note("lead " + index);
    fences++;
    for (int i = 0; i < replicas.size(); i++) {
      replicas.get(i).fence =
          i == index ? Optional.of(new Fence("control-" + i, fences)) : Optional.empty();
    }
  }

  /** A second goes by: each server renews, each replica polls, the leader drives the drains. */
  private void pass() {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    living.replaceAll(this::renew);
    replicas.forEach(replica -> replica.reaper.pass());
    Replica leader = leader();
    RegistryView view = leader.follower.view();
    Map<String, String> requests = leader.store.drainRequests(view.byId().keySet());
    for (Server server : view.servers()) {
      Claim claim = server.claim(view.incarnation());
      if (requests.containsKey(server.id())) {
        leader.store.beginDrain(leader.fence.orElseThrow(), claim, DrainSpec.DEFAULT);
      } else if (server.state() == ServerState.DRAINING) {
        leader.store.endDrain(leader.fence.orElseThrow(), claim);
      }
    }
  }

  private Instance renew(String id, Instance instance) {
    Replica replica = any();
    return switch (replica.store.renew(instance.claim(), "connections=1")) {
      case Standing.Held held -> instance;
      case Standing.Expired expired -> again(id, instance);
      case Standing.Fenced fenced -> fenced(id, instance);
    };
  }

  private Instance again(String id, Instance instance) {
    return admit(any(), id, instance.uid(), instance.port(), instance.claim().generation())
        .map(claim -> new Instance(instance.birth(), instance.port(), claim))
        .orElseGet(() -> fenced(id, instance));
  }

  private Instance fenced(String id, Instance instance) {
    return fail(
        "%s of %s has no newer rival and was fenced; seed %d, steps %s"
            .formatted(instance, id, seed, history));
  }

  /** What nobody has read yet is lost with the registry, and nobody can know of it. */
  private void caughtUp() {
    followers().forEach(this::letGo);
    freeOnesCaughtUp();
  }

  /** What no replica has read is lost as well; who only reads may lag through all of it. */
  private void replicasCaughtUp() {
    replicas.forEach(replica -> letGo(replica.follower));
    freeOnesCaughtUp();
  }

  private void freeOnesCaughtUp() {
    Map<String, String> meta = connection.sync().hgetall(PREFIX + "meta");
    String revision = meta.getOrDefault("revision", "0");
    long newest = Long.parseLong(revision);
    String mark = meta.getOrDefault("tag", "");
    List<RegistryFollower> free =
        followers().stream().filter(follower -> !gate(follower).isHeldByCurrentThread()).toList();
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(
            () ->
                free.stream()
                    .allMatch(
                        follower ->
                            follower.history().mark().equals(mark)
                                && follower.view().revision() >= newest));
  }

  private void settled() {
    note("settle");
    replicasCaughtUp();
    for (int i = 0; i < SETTLES_WITHIN && anyKeeps(); i++) {
      pass();
      replicasCaughtUp();
    }
    assertFalse(anyKeeps(), () -> "seed " + seed + ", steps " + history);
  }

  private boolean anyKeeps() {
    return replicas.stream().anyMatch(replica -> !replica.follower.kept().isEmpty());
  }

  private void hold(RegistryFollower follower) {
    gate(follower).lock();
  }

  private void letGo(RegistryFollower follower) {
    while (gate(follower).isHeldByCurrentThread()) {
      gate(follower).unlock();
    }
  }

  private ReentrantLock gate(RegistryFollower follower) {
    return Objects.requireNonNull(gates.get(follower));
  }

  private void agree() {
    pass();
    Map<String, String> expected = new TreeMap<>();
    living.forEach(
        (id, instance) -> expected.put(id, instance.uid() + "@" + instance.claim().generation()));
    Map<String, Server> first = followers().getFirst().view().byId();
    assertEquals(
        expected,
        first.values().stream()
            .collect(
                Collectors.toMap(
                    Server::id,
                    server -> server.instanceUid() + "@" + server.generation(),
                    (a, b) -> a,
                    TreeMap::new)));
    for (RegistryFollower follower : followers()) {
      assertEquals(Set.of(), follower.kept());
      assertEquals(first, follower.view().byId());
      assertEquals(followers().getFirst().view().revision(), follower.view().revision());
    }
    first.values().forEach(server -> assertEquals(false, server.suspect()));
  }

  private void watch(RegistryFollower follower) {
    ReentrantLock gate = new ReentrantLock();
    gates.put(follower, gate);
    Map<String, Server> known = new HashMap<>();
    follower.onChange(
        view -> {
          gate.lock();
          gate.unlock();
          known.values().stream()
              .filter(server -> !view.byId().containsKey(server.id()))
              .filter(server -> birth(server) > ended.getOrDefault(server.id(), 0))
              .forEach(server -> vanished.add(server + " at revision " + view.revision()));
          known.clear();
          known.putAll(view.byId());
        });
  }

  private static int birth(Server server) {
    return Integer.parseInt(server.instanceUid().substring(1));
  }

  private Map<String, byte[]> dumped() {
    RedisCommands<String, String> redis = connection.sync();
    Map<String, byte[]> all = new HashMap<>();
    redis.keys(PREFIX + "*").forEach(key -> all.put(key, redis.dump(key)));
    return all;
  }

  private void rollBack() {
    RedisCommands<String, String> redis = connection.sync();
    redis.multi();
    redis.flushall();
    dump.forEach((key, value) -> redis.restore(key, value, new RestoreArgs().replace()));
    redis.exec();
  }

  private Replica any() {
    return replicas.get(ways.nextInt(replicas.size()));
  }

  private Replica leader() {
    return replicas.stream().filter(replica -> replica.fence.isPresent()).findFirst().orElseThrow();
  }

  private List<RegistryFollower> followers() {
    return List.of(replicas.get(0).follower, replicas.get(1).follower, tier.follower());
  }

  private void note(String step) {
    history.add(step);
  }
}
