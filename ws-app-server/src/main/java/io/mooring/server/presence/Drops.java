package io.mooring.server.presence;

import io.mooring.server.redis.RedisScript;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away from dead holders what they hold in a room in Redis, in portions. Several servers may
 * be at it; this one is only once.
 */
final class Drops {
  private static final Logger log = LoggerFactory.getLogger(Drops.class);
  private static final String FIRST = "0";

  private final RedisScript drop = RedisCalls.script("room.lua", "drop.lua");
  private final ConcurrentMap<Drop, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
  private final RedisCalls calls;
  private final String ttl;

  private record Drop(String room, Holder holder) {}

  /**
   * @param ttl of holders, in milliseconds
   */
  Drops(RedisCalls calls, String ttl) {
    this.calls = calls;
    this.ttl = ttl;
  }

  /**
   * @param dead with for how long the fleet has known it, in milliseconds
   * @param silent dead unless they have said something meanwhile
   */
  CompletionStage<Void> drop(String room, Map<Holder, Long> dead, Collection<Holder> silent) {
    return Portions.inTurn(
            dead.entrySet(), one -> drop(room, one.getKey(), Long.toString(one.getValue())))
        .thenCompose(done -> Portions.inTurn(silent, holder -> drop(room, holder, "")));
  }

  /** The same of those that somebody came across; nobody waits for it. */
  void dropSilent(String room, Collection<Holder> silent) {
    if (!silent.isEmpty()) {
      var ignored =
          drop(room, Map.of(), silent)
              .exceptionally(
                  away -> {
                    log.debug("event=drop_failed room={} holders={}", room, silent, away);
                    return null;
                  });
    }
  }

  private CompletionStage<Void> drop(String room, Holder holder, String dead) {
    Drop one = new Drop(room, holder);
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> earlier = underWay.putIfAbsent(one, mine);
    if (earlier != null) {
      return earlier;
    }
    var ignored =
        drop(one, dead, FIRST)
            .whenComplete(
                (done, failure) -> {
                  underWay.remove(one);
                  if (failure == null) {
                    mine.complete(null);
                  } else {
                    mine.completeExceptionally(failure);
                  }
                });
    return mine;
  }

  private CompletionStage<Void> drop(Drop one, String dead, String from) {
    return calls
        .text(
            drop,
            PresenceKeys.ofRoom(one.room),
            List.of(one.holder.toString(), dead, from, Integer.toString(Portions.SIZE), ttl))
        .thenCompose(
            next ->
                next.equals(FIRST)
                    ? CompletableFuture.completedStage(null)
                    : drop(one, dead, next));
  }
}
