package io.mooring.server.presence;

import io.mooring.server.history.Epochs;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.RedisScript;
import io.mooring.server.redis.Subscriptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Presence in Redis, shared by all servers. What changes or reads a room or a user is one script,
 * so that it sees one moment, and deadlines are of Redis' clock. What a room publishes fits what it
 * holds at every version: a dead holder is not passed over by some and counted by others, but
 * dropped, by whoever meets it, before anybody reads the room.
 */
public final class RedisPresence implements Presence {
  private static final Logger log = LoggerFactory.getLogger(RedisPresence.class);

  /** A room's keys outlive the last word of its holders, so that whoever reads can drop these. */
  private static final Duration KEYS_TTL = TTL.plusSeconds(10);

  /** Dead ones that are there after so many readings are being dropped by somebody else. */
  private static final int MOST_READINGS = 3;

  private static final String FIRST = "0";

  /** Of a turn: whatever it was; it is not known. */
  private static final String ANY = "*";

  private static final String LOST = "x";

  private static final Function<String, String> SOCKETS =
      room -> PresenceKeys.sockets(PresenceKeys.room(room));

  /** Of each room, what a refresh takes. */
  private static final List<Function<String, String>> KEPT =
      List.of(
          PresenceKeys::room,
          SOCKETS,
          PresenceKeys::holders,
          PresenceKeys::info,
          PresenceKeys::about);

  private final RedisScript enter = RedisCalls.script("room.lua", "enter.lua");
  private final RedisScript exit = RedisCalls.script("room.lua", "exit.lua");
  private final RedisScript held = RedisCalls.script("held.lua");
  private final RedisScript refresh = RedisCalls.script("refresh.lua");
  private final RedisScript members = RedisCalls.script("members.lua");
  private final RedisScript versions = RedisCalls.script("versions.lua");
  private final RedisScript sockets = RedisCalls.script("sockets.lua");
  private final ConcurrentMap<String, Watcher> watchers = new ConcurrentHashMap<>();
  private final Subscriptions subscriptions;
  private final RedisCalls calls;
  private final Deaths deaths;
  private final RedisUsers users;
  private final Drops drops;
  private final String ttl;
  private final String keysTtl;

  /**
   * @param dead for how long, in milliseconds, the fleet has known that a holder is dead; empty if
   *     it does not. Called on any thread
   */
  public RedisPresence(
      RedisLink link, Subscriptions subscriptions, Function<Holder, OptionalLong> dead) {
    this(link, subscriptions, dead, TTL, KEYS_TTL);
  }

  RedisPresence(
      RedisLink link,
      Subscriptions subscriptions,
      Function<Holder, OptionalLong> dead,
      Duration ttl,
      Duration keysTtl) {
    this.subscriptions = subscriptions;
    this.calls = new RedisCalls(link);
    this.deaths = new Deaths(dead);
    this.ttl = Long.toString(ttl.toMillis());
    this.keysTtl = Long.toString(keysTtl.toMillis());
    this.users = new RedisUsers(calls, deaths, this.ttl);
    this.drops = new Drops(calls, this.ttl);
  }

  /** Called before the link is started. */
  public void start() {
    subscriptions.hear(PresenceKeys.MOVES, new Moved());
  }

  @Override
  public CompletionStage<Void> online(Holder holder, Collection<String> these) {
    return Portions.each(these, portion -> users.online(holder, portion));
  }

  @Override
  public CompletionStage<Void> offline(Holder holder, Collection<String> these) {
    return Portions.each(these, portion -> users.offline(holder, portion));
  }

  @Override
  public CompletionStage<Set<String>> servers(String user) {
    return users.servers(user);
  }

  @Override
  public CompletionStage<Boolean> enter(
      Holder holder, String room, Map<String, String> newcomers, Turn turn) {
    return turn(
        newcomers.keySet(),
        turn,
        (portion, must, then) -> enter(holder, room, newcomers, portion, must, then, ""));
  }

  private CompletionStage<Boolean> enter(
      Holder holder,
      String room,
      Map<String, String> infos,
      List<String> portion,
      String must,
      String then,
      String exactly) {
    List<String> arguments =
        new ArrayList<>(
            List.of(holder.toString(), ttl, keysTtl, must, then, exactly, Epochs.random()));
    for (String user : portion) {
      arguments.add(user);
      arguments.add(infos.getOrDefault(user, ""));
    }
    return change(enter, room, arguments);
  }

  @Override
  public CompletionStage<Boolean> exit(
      Holder holder, String room, Collection<String> leaving, Turn turn) {
    return turn(leaving, turn, (portion, must, then) -> exit(holder, room, portion, must, then));
  }

  private CompletionStage<Boolean> exit(
      Holder holder, String room, List<String> portion, String must, String then) {
    List<String> arguments = new ArrayList<>(List.of(holder.toString(), must, then));
    arguments.addAll(portion);
    return change(exit, room, arguments);
  }

  private CompletionStage<Boolean> change(RedisScript script, String room, List<String> arguments) {
    return calls.list(
        script,
        PresenceKeys.ofRoom(room),
        arguments,
        answer -> {
          drops.dropSilent(room, PresenceAnswers.holders(answer.subList(1, answer.size())));
          return PresenceAnswers.isOne(answer.getFirst());
        });
  }

  private interface Part {
    CompletionStage<Boolean> take(List<String> portion, String must, String then);
  }

  /** All portions are one turn: only the first of them follows on the turn before. */
  private static CompletionStage<Boolean> turn(Collection<String> all, Turn turn, Part part) {
    CompletionStage<Boolean> fits = CompletableFuture.completedStage(true);
    String then = turn.toString();
    String must = turn.before().toString();
    for (List<String> portion : Portions.of(all)) {
      String last = must;
      fits =
          fits.thenCompose(
              before -> part.take(portion, last, then).thenApply(now -> before && now));
      must = then;
    }
    return fits;
  }

  /** Nobody takes anything from the holder between the portions without being noticed. */
  @Override
  public CompletionStage<Boolean> correct(
      Holder holder, String room, Map<String, String> is, Turn turn) {
    List<List<String>> portions = Portions.of(is.keySet());
    List<String> last = portions.isEmpty() ? List.of() : portions.removeLast();
    String begun = Turn.first().toString();
    CompletionStage<Boolean> fits =
        held(holder, room, FIRST, new HashSet<>())
            .thenCompose(
                surplus -> {
                  surplus.removeAll(is.keySet());
                  return Portions.each(
                      surplus,
                      portion -> exit(holder, room, portion, ANY, LOST).thenAccept(did -> {}));
                })
            .thenApply(gone -> true);
    String must = ANY;
    for (List<String> portion : portions) {
      String before = must;
      fits =
          fits.thenCompose(
              did ->
                  enter(holder, room, is, portion, before, begun, "").thenApply(fit -> did && fit));
      must = begun;
    }
    String before = must;
    String all = Integer.toString(is.size());
    return fits.thenCompose(
        did ->
            enter(holder, room, is, last, before, turn.toString(), all)
                .thenApply(fit -> did && fit));
  }

  private CompletionStage<Set<String>> held(
      Holder holder, String room, String from, Set<String> found) {
    return calls
        .list(
            held,
            new String[] {PresenceKeys.holders(room)},
            List.of(holder.toString(), from, Integer.toString(Portions.SIZE)),
            answer -> {
              found.addAll(PresenceAnswers.texts(answer, 1));
              return PresenceAnswers.text(answer.getFirst());
            })
        .thenCompose(
            next ->
                next.equals(FIRST)
                    ? CompletableFuture.completedStage(found)
                    : held(holder, room, next, found));
  }

  @Override
  public CompletionStage<Set<String>> refresh(Holder holder, Map<String, Turn> turns) {
    Set<String> lost = ConcurrentHashMap.newKeySet();
    return Portions.each(turns.keySet(), portion -> refresh(holder, portion, turns, lost))
        .thenApply(done -> lost);
  }

  private CompletionStage<Void> refresh(
      Holder holder, List<String> rooms, Map<String, Turn> turns, Set<String> lost) {
    return calls.each(
        new RedisCalls.Question(
            refresh,
            KEPT,
            List.of(holder.toString(), ttl, keysTtl),
            room -> List.of(turns.getOrDefault(room, Turn.NONE).toString())),
        rooms,
        (room, answer) -> {
          if (!PresenceAnswers.isOne(answer.getFirst())) {
            lost.add(room);
          }
          drops.dropSilent(room, PresenceAnswers.holders(answer.subList(1, answer.size())));
        });
  }

  @Override
  public CompletionStage<Members> members(String room) {
    return members(room, MOST_READINGS);
  }

  private CompletionStage<Members> members(String room, int readings) {
    long asked = System.nanoTime();
    String[] keys = {
      PresenceKeys.about(room),
      SOCKETS.apply(room),
      PresenceKeys.holders(room),
      PresenceKeys.info(room)
    };
    return calls
        .list(members, keys, List.of(ttl), PresenceAnswers::reading)
        .thenCompose(
            reading -> {
              Map<Holder, Long> dead = deaths.amongAnswered(reading.live(), asked);
              if (readings == 1 || dead.isEmpty() && reading.others().isEmpty()) {
                return CompletableFuture.completedStage(reading.members());
              }
              return drops
                  .drop(room, dead, reading.others())
                  .thenCompose(dropped -> members(room, readings - 1));
            });
  }

  @Override
  public CompletionStage<Map<String, Version>> versions(Collection<String> rooms) {
    Map<String, Version> found = new ConcurrentHashMap<>();
    return Portions.each(
            rooms,
            portion ->
                calls.each(
                    new RedisCalls.Question(
                        versions, List.of(PresenceKeys::about, SOCKETS), List.of()),
                    portion,
                    (room, answer) -> {
                      found.put(room, PresenceAnswers.version(answer));
                      drops.dropSilent(room, PresenceAnswers.holders(PresenceAnswers.rest(answer)));
                    }))
        .thenApply(done -> found);
  }

  @Override
  public CompletionStage<Void> sweep(Collection<String> rooms) {
    return Portions.eachAlone(Portions.of(rooms), this::sweep);
  }

  private CompletionStage<Void> sweep(List<String> rooms) {
    long asked = System.nanoTime();
    Map<String, Map<Holder, Long>> dead = new HashMap<>();
    Map<String, Set<Holder>> silent = new HashMap<>();
    return calls
        .each(
            new RedisCalls.Question(sockets, List.of(SOCKETS), List.of(ttl)),
            rooms,
            (room, answer) -> {
              dead.put(
                  room,
                  deaths.amongAnswered(
                      PresenceAnswers.speaking(PresenceAnswers.list(answer.get(0))), asked));
              silent.put(room, PresenceAnswers.holders(PresenceAnswers.list(answer.get(1))));
            })
        .thenCompose(
            swept ->
                Portions.eachAlone(
                    dead.keySet(),
                    room ->
                        drops.drop(
                            room,
                            dead.getOrDefault(room, Map.of()),
                            silent.getOrDefault(room, Set.of()))));
  }

  @Override
  public CompletionStage<Void> watch(String room, Watcher watcher) {
    watchers.put(room, watcher);
    return subscriptions
        .subscribe(PresenceKeys.moves(room))
        .exceptionallyCompose(
            failure -> {
              watchers.remove(room, watcher);
              return CompletableFuture.failedStage(PresenceException.of(failure));
            });
  }

  @Override
  public CompletionStage<Void> unwatch(String room) {
    watchers.remove(room);
    return subscriptions.unsubscribe(PresenceKeys.moves(room));
  }

  private final class Moved implements Subscriptions.Ear {
    @Override
    public void heard(String name, byte[] message) {
      String room = PresenceKeys.roomOf(name);
      Watcher watcher = watchers.get(room);
      if (watcher == null) {
        return;
      }
      Moves moves;
      try {
        moves = MovesMessage.parse(message);
      } catch (IllegalArgumentException foreign) {
        log.warn("event=foreign_message room={} reason=\"{}\"", room, foreign.getMessage());
        return;
      }
      watcher.moved(moves);
    }

    @Override
    public void renewed(String name) {
      Watcher watcher = watchers.get(PresenceKeys.roomOf(name));
      if (watcher != null) {
        watcher.renewed();
      }
    }
  }
}
