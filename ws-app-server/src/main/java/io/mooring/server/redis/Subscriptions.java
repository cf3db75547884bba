package io.mooring.server.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Sharded pub/sub on a link, which is started with it. A name is subscribed to for as long as it is
 * not given up: a subscription that is lost comes back by itself. Calls never block and may come
 * from any thread.
 */
public final class Subscriptions extends RedisPubSubAdapter<String, byte[]> {
  /** Hears all names of one kind; called on any thread, in order for each name. */
  public interface Ear {
    /** Also, for a moment, of a name that is given up. */
    void heard(String name, byte[] message);

    /** A subscription was interrupted and is active again: some messages may be missing. */
    void renewed(String name);
  }

  private static final Ear DEAF =
      new Ear() {
        @Override
        public void heard(String name, byte[] message) {}

        @Override
        public void renewed(String name) {}
      };

  private final ConcurrentMap<String, Ear> ears = new ConcurrentHashMap<>();
  private final Set<String> subscribed = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<String, CompletableFuture<Void>> opening = new ConcurrentHashMap<>();
  private final RedisLink link;

  public Subscriptions(RedisLink link) {
    this.link = link;
  }

  /**
   * Who hears the names of a kind. Called before any of them is subscribed to.
   *
   * @param kind what stands before a name's first colon
   */
  public void hear(String kind, Ear ear) {
    ears.put(kind, ear);
  }

  /**
   * Subscribes, or makes a subscription anew: Redis confirms it, whether it had it or not. Not
   * called while an earlier call for the name is under way.
   *
   * @return completes when the subscription is active; fails, with what was thrown, if Redis does
   *     not answer. Then the name is subscribed to as it was before.
   */
  public CompletionStage<Void> subscribe(String name) {
    CompletableFuture<Void> active = new CompletableFuture<>();
    opening.put(name, active);
    link.subscriptions(redis -> redis.ssubscribe(name))
        .whenComplete(
            (sent, failure) -> {
              if (failure != null && opening.remove(name, active)) {
                active.completeExceptionally(failure);
              }
            });
    return active;
  }

  /**
   * Gives a name up. Not called while an earlier call for the name is under way.
   *
   * @return completes, and never exceptionally, when it may be subscribed to anew
   */
  public CompletionStage<Void> unsubscribe(String name) {
    subscribed.remove(name);
    return link.subscriptions(redis -> redis.sunsubscribe(name))
        // When Redis is back, the connection subscribes this name again: see ssubscribed.
        .exceptionally(away -> null);
  }

  @Override
  public void ssubscribed(String name, long count) {
    CompletableFuture<Void> first = opening.remove(name);
    if (first != null) {
      subscribed.add(name);
      first.complete(null);
    } else if (subscribed.contains(name)) {
      ear(name).renewed(name);
    } else {
      // The connection forgets a name only when Redis confirms so, not while it is away.
      unsubscribe(name);
    }
  }

  @Override
  public void sunsubscribed(String name, long count) {
    if (subscribed.contains(name) && !opening.containsKey(name)) {
      // Someone came while the name was being given up; the answer renews it.
      link.subscriptions(redis -> redis.ssubscribe(name));
    }
  }

  @Override
  public void smessage(String name, byte[] message) {
    ear(name).heard(name, message);
  }

  private Ear ear(String name) {
    return ears.getOrDefault(name.substring(0, Math.max(0, name.indexOf(':'))), DEAF);
  }
}
