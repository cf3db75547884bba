package io.mooring.server.presence;

import io.mooring.server.redis.RedisScript;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Who is online, in Redis. */
final class RedisUsers {
  private static final List<Function<String, String>> KEYS =
      List.of(PresenceKeys::user, user -> PresenceKeys.sockets(PresenceKeys.user(user)));

  private final RedisScript online = RedisCalls.script("online.lua");
  private final RedisScript offline = RedisCalls.script("offline.lua");
  private final RedisScript servers = RedisCalls.script("servers.lua");
  private final RedisCalls calls;
  private final Deaths deaths;
  private final String ttl;

  /**
   * @param ttl in milliseconds
   */
  RedisUsers(RedisCalls calls, Deaths deaths, String ttl) {
    this.calls = calls;
    this.deaths = deaths;
    this.ttl = ttl;
  }

  CompletionStage<Void> online(Holder holder, List<String> users) {
    return calls.each(
        new RedisCalls.Question(online, KEYS, List.of(holder.toString(), ttl)),
        users,
        (user, done) -> {});
  }

  /** Takes away the dead ones that it leaves there, so that none is named as the user's server. */
  CompletionStage<Void> offline(Holder holder, List<String> users) {
    Map<Holder, List<String>> dead = new LinkedHashMap<>();
    long asked = System.nanoTime();
    return calls
        .each(
            new RedisCalls.Question(offline, KEYS, List.of(holder.toString(), ttl)),
            users,
            (user, left) -> {
              for (Holder one :
                  deaths.amongAnswered(PresenceAnswers.speaking(left), asked).keySet()) {
                dead.computeIfAbsent(one, key -> new ArrayList<>()).add(user);
              }
            })
        .thenCompose(
            done -> Portions.inTurn(dead.entrySet(), one -> offline(one.getKey(), one.getValue())));
  }

  CompletionStage<Set<String>> servers(String user) {
    long asked = System.nanoTime();
    return calls.list(
        servers,
        new String[] {PresenceKeys.sockets(PresenceKeys.user(user))},
        List.of(ttl),
        answer -> {
          Map<Holder, Long> holders = PresenceAnswers.speaking(answer);
          holders.keySet().removeAll(deaths.amongAnswered(holders, asked).keySet());
          Set<String> names = new TreeSet<>();
          holders.keySet().forEach(holder -> names.add(holder.server()));
          return names;
        });
  }
}
