package io.mooring.registry;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the registry. Every write is one script that checks in the same step the claim
 * (incarnation, generation, instance_uid), and for what only the leader may do also its fence. Safe
 * for all threads; each call waits for Redis.
 *
 * <p>Every method throws {@link RegistryUnavailableException} if Redis does not answer, and may
 * then be called again: each write is idempotent. A write that answers false changed nothing,
 * because the claim, the fence or what it builds on has moved on.
 */
public final class RegistryStore {
  private static final Logger log = LoggerFactory.getLogger(RegistryStore.class);

  private final Redis redis;
  private final Writer writer;

  public RegistryStore(Redis redis) {
    this.redis = redis;
    this.writer = new Writer(redis);
  }

  /**
   * Lets an instance take a server_id, or take it back. Idempotent on (server_id, instance_uid). A
   * new instance gets the next generation, which fences the old one. What stands there and cannot
   * be read is written anew; the server then starts WARMING, and is drained again if that was asked
   * for.
   *
   * @param floor the highest generation of this id that the caller remembers, 0 for none: a
   *     registry that forgot it must not give it again
   */
  public Admission register(Registration registration, long floor) {
    List<String> answer = register(registration, floor, false);
    if (answer.getFirst().equals("ADMITTED")
        && !ServerHash.readable(registration.serverId(), hash(answer, 2))) {
      answer = register(registration, floor, true);
    }
    return switch (answer.getFirst()) {
      case "ADMITTED" -> admitted(registration.serverId(), answer);
      case "FENCED" -> new Admission.Fenced(Long.parseLong(answer.get(1)));
      case "TAKEN" -> new Admission.Taken(answer.get(1));
      default -> throw unexpected(Script.REGISTER, answer);
    };
  }

  private List<String> register(Registration registration, long floor, boolean anew) {
    List<String> arguments = new ArrayList<>();
    arguments.add(registration.instanceUid());
    arguments.add(Long.toString(registration.claimed()));
    arguments.add(Long.toString(floor));
    arguments.add(registration.service());
    arguments.add(anew ? "1" : "");
    arguments.addAll(pairs(ServerHash.of(registration)));
    return writer.write(Script.REGISTER, registration.serverId(), arguments);
  }

  private static Admission.Admitted admitted(String serverId, List<String> answer) {
    Server server = ServerHash.parse(serverId, hash(answer, 2));
    return new Admission.Admitted(server.claim(answer.get(1)), server.state());
  }

  /**
   * Counts one heartbeat. A suspect server is not suspect any more. One whose hash somebody made
   * unreadable is answered that its lease has ended, because registering again mends the hash.
   *
   * @param load what the server says of itself, for {@link #loads}
   */
  public Standing renew(Claim claim, String load) {
    List<String> answer = writer.write(Script.RENEW, claim, List.of(load));
    return answer.getFirst().equals("HELD")
        ? renewed(claim.serverId(), Long.parseLong(answer.get(1)), hash(answer, 2))
        : refused(Script.RENEW, answer);
  }

  private static Standing renewed(String serverId, long revision, Map<String, String> hash) {
    try {
      Server server = ServerHash.parse(serverId, hash);
      return new Standing.Held(server.state(), server.drain(), revision);
    } catch (IllegalArgumentException unreadable) {
      log.warn(
          "event=server_unreadable server={} reason=\"{}\" (it is told to register again)",
          serverId,
          unreadable.getMessage());
      return new Standing.Expired();
    }
  }

  /**
   * Takes the server out of the registry. A claim that is not held any more changes nothing.
   *
   * @param load what the server says of itself at the end, for {@link #gone}; "" if that is what it
   *     said with its last heartbeat
   */
  public Standing deregister(Claim claim, String load) {
    List<String> answer = writer.write(Script.DEREGISTER, claim, List.of(load));
    return answer.getFirst().equals("HELD")
        ? new Standing.Held(ServerState.GONE, Long.parseLong(answer.get(1)))
        : refused(Script.DEREGISTER, answer);
  }

  /**
   * Moves a living server to its next state. What ends it, or its drain, has a method of its own.
   *
   * @throws IllegalArgumentException if {@code after} cannot follow {@code before}, or is not
   *     reached this way
   */
  public boolean transition(Fence fence, Claim claim, ServerState before, ServerState after) {
    if (!before.next().contains(after)) {
      throw new IllegalArgumentException(
          "state " + after + " cannot follow " + before + "; what can: " + before.next());
    }
    if (before == ServerState.DRAINING
        || after == ServerState.DRAINING
        || after == ServerState.GONE) {
      throw new IllegalArgumentException(
          "state "
              + after
              + " after "
              + before
              + " is no transition; expected deregister, expire, beginDrain or endDrain");
    }
    return held(
        writer.write(Script.TRANSITION, fence, claim, List.of(before.name(), after.name())));
  }

  /** The service that a server_id belongs to, also for a while after its server is gone. */
  public Optional<String> service(String serverId) {
    return field(serverId, "service");
  }

  /**
   * How the newest server with this id that has left did so, also when another one lives there now;
   * empty when none is known, or the one that lives fenced it.
   */
  public Optional<Gone> gone(String serverId) {
    Map<String, String> hash =
        redis.call(commands -> hash(() -> commands.hgetall(Keys.server(serverId)), Map.of()));
    String before = ServerState.GONE.name().equals(hash.get("state")) ? "" : "previous_";
    return Optional.ofNullable(hash.get(before + "gone"))
        .map(
            how ->
                new Gone(
                    ServerHash.generation(hash, before + "generation"),
                    "deregistered".equals(how),
                    hash.getOrDefault(before + "load", "")));
  }

  /**
   * The renewal counters by server_id. They grow with each heartbeat and mean nothing else; a text
   * that somebody else wrote there is returned as it stands.
   */
  public Map<String, String> beats() {
    return redis.call(commands -> commands.hgetall(Keys.BEATS));
  }

  /** What each server said with its last heartbeat, to any replica, by server_id. */
  public Map<String, String> loads() {
    return redis.call(commands -> commands.hgetall(Keys.LOADS));
  }

  /**
   * Marks a server whose lease lapsed.
   *
   * @param counter the renewal counter that was seen last; "" for none
   */
  public boolean suspect(Fence fence, Claim claim, String counter) {
    return held(writer.write(Script.SUSPECT, fence, claim, List.of(counter)));
  }

  /**
   * Takes a server whose lease lapsed out of the registry.
   *
   * @param counter the renewal counter that was seen last; "" for none
   */
  public boolean expire(Fence fence, Claim claim, String counter) {
    return held(writer.write(Script.EXPIRE, fence, claim, List.of(counter)));
  }

  /**
   * Whether an operator wrote {@code HSET {mooring}:meta freeze lifted} since the last time; it
   * counts once.
   */
  public boolean takeFreezeLifted() {
    return redis.call(commands -> commands.hdel(Keys.META, "freeze")) == 1;
  }

  /**
   * Asks for a drain, or for another spec of the one that runs; false when no such server lives.
   */
  public boolean requestDrain(String serverId, DrainSpec spec) {
    return held(writer.write(Script.REQUEST_DRAIN, serverId, List.of(spec.toString())));
  }

  /** Takes the request for a drain back, which ends it; false when there was none. */
  public boolean withdrawDrain(String serverId) {
    return redis.call(commands -> hash(() -> commands.hdel(Keys.server(serverId), "drain"), 0L))
        == 1;
  }

  /**
   * Of these servers, the text of each request for a drain, whoever wrote it and whatever it is.
   */
  public Map<String, String> drainRequests(Collection<String> serverIds) {
    return textsOf(Script.DRAIN_REQUESTS, serverIds);
  }

  /** Of these servers, why each request for a drain was refused that was, and stands there. */
  public Map<String, String> drainErrors(Collection<String> serverIds) {
    return textsOf(Script.DRAIN_ERRORS, serverIds);
  }

  private Map<String, String> textsOf(Script script, Collection<String> serverIds) {
    if (serverIds.isEmpty()) {
      return Map.of();
    }
    List<String> ids = List.copyOf(serverIds);
    List<String> keys = ids.stream().map(Keys::server).toList();
    List<Object> pairs = redis.call(commands -> script.run(commands, keys, ids));
    Map<String, String> texts = new HashMap<>();
    for (int i = 0; i < pairs.size(); i += 2) {
      texts.put(pairs.get(i).toString(), pairs.get(i + 1).toString());
    }
    return texts;
  }

  /** Notes why the text of a request cannot be used; it stays there, until somebody replaces it. */
  public boolean refuseDrain(String serverId, String text, String reason) {
    return held(writer.write(Script.REFUSE_DRAIN, serverId, List.of(text, reason)));
  }

  /** Forgets why a request was refused that was taken back; false if another stands there. */
  public boolean forgiveDrain(String serverId) {
    return held(writer.write(Script.FORGIVE_DRAIN, serverId, List.of()));
  }

  /** Why the request for a drain that stands there was refused. */
  public Optional<String> drainError(String serverId) {
    return field(serverId, "drain_error");
  }

  /**
   * Begins the drain that was asked for, or gives the one that runs another spec; false also when
   * it runs with this one already.
   */
  public boolean beginDrain(Fence fence, Claim claim, DrainSpec spec) {
    return held(
        writer.write(Script.BEGIN_DRAIN, fence, claim, List.of(Writer.random(), spec.toString())));
  }

  /** From here on the draining server is told to move its clients. */
  public boolean releaseMoves(Fence fence, Claim claim, String drainId) {
    return held(writer.write(Script.RELEASE_MOVES, fence, claim, List.of(drainId)));
  }

  /**
   * Makes a draining server active again, if no request for a drain stands there any more. Where
   * somebody changed the state by hand, only the drain ends.
   */
  public boolean endDrain(Fence fence, Claim claim) {
    return held(writer.write(Script.END_DRAIN, fence, claim, List.of()));
  }

  /**
   * Writes servers from memory into a registry that came back empty or older, where nothing newer
   * stands there, or nothing that can be read. Any process that remembers them may; the newest
   * memory wins.
   *
   * @param revision that of the memory; the registry's goes on above it
   * @return the ids of those that were written
   */
  public Set<String> restore(Iterable<Server> servers, long revision) {
    Set<String> written = new TreeSet<>();
    for (Server server : servers) {
      List<String> answer = restore(server, revision, false);
      if (answer.getFirst().equals("OVERTAKEN")
          && !ServerHash.readable(server.id(), hash(answer, 1))) {
        answer = restore(server, revision, true);
      }
      if (answer.getFirst().equals("RESTORED")) {
        written.add(server.id());
      }
    }
    return written;
  }

  private List<String> restore(Server server, long revision, boolean anew) {
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(revision));
    arguments.add(Long.toString(server.generation()));
    arguments.add(Long.toString(server.revision()));
    arguments.add(anew ? "1" : "");
    arguments.addAll(pairs(ServerHash.of(server)));
    return writer.write(Script.RESTORE, server.id(), arguments);
  }

  /**
   * Tells the followers that all that was remembered stands in the registry again: what is missing
   * there, is gone. Not done when the registry has moved on from what the leader has read.
   *
   * @param revision that of the memory; the registry's goes on above it
   * @param mark {@link History#mark}
   */
  public boolean restored(Fence fence, long revision, String mark) {
    List<String> answer =
        writer.write(Script.RESTORED, fence, List.of(Long.toString(revision), mark));
    return answer.getFirst().equals("RESTORED");
  }

  private Optional<String> field(String serverId, String name) {
    return redis.call(
        commands ->
            hash(
                () -> Optional.ofNullable(commands.hget(Keys.server(serverId), name)),
                Optional.empty()));
  }

  /** A key of another type has no fields; the next script that writes there begins it anew. */
  private static <T> T hash(Supplier<T> command, T ofOtherType) {
    try {
      return command.get();
    } catch (RedisCommandExecutionException refused) {
      if (String.valueOf(refused.getMessage()).startsWith("WRONGTYPE")) {
        return ofOtherType;
      }
      throw refused;
    }
  }

  private static Standing refused(Script script, List<String> answer) {
    return switch (answer.getFirst()) {
      case "EXPIRED" -> new Standing.Expired();
      case "FENCED" -> new Standing.Fenced(Long.parseLong(answer.get(1)));
      default -> throw unexpected(script, answer);
    };
  }

  private static boolean held(List<String> answer) {
    return answer.getFirst().equals("HELD");
  }

  private static IllegalStateException unexpected(Script script, List<String> answer) {
    return new IllegalStateException(script + " answered " + answer);
  }

  /** The pairs with which an answer ends. */
  private static Map<String, String> hash(List<String> answer, int from) {
    Map<String, String> hash = new HashMap<>();
    for (int i = from; i + 1 < answer.size(); i += 2) {
      hash.put(answer.get(i), answer.get(i + 1));
    }
    return hash;
  }

  private static List<String> pairs(Map<String, String> hash) {
    List<String> pairs = new ArrayList<>();
    hash.forEach(
        (field, value) -> {
          pairs.add(field);
          pairs.add(value);
        });
    return pairs;
  }
}
