package io.mooring.registry;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Writes the registry. Every write is one script that checks the claim (incarnation, generation,
 * instance_uid) in the same step. Safe for all threads; each call waits for Redis.
 *
 * <p>Every method throws {@link RegistryUnavailableException} if Redis does not answer, and may
 * then be called again: each write is idempotent.
 */
public final class RegistryStore {
  private final Redis redis;

  public RegistryStore(Redis redis) {
    this.redis = redis;
  }

  /**
   * Lets an instance take a server_id, or take it back. Idempotent on (server_id, instance_uid). A
   * new instance gets the next generation, which fences the old one.
   */
  public Admission register(Registration registration) {
    List<String> arguments = new ArrayList<>();
    arguments.add(registration.instanceUid());
    arguments.add(Long.toString(registration.claimed()));
    arguments.add(registration.service());
    arguments.addAll(pairs(ServerHash.of(registration)));
    List<String> answer = write(Script.REGISTER, registration.serverId(), arguments);
    return switch (answer.getFirst()) {
      case "ADMITTED" ->
          new Admission.Admitted(
              new Claim(
                  registration.serverId(),
                  answer.get(1),
                  Long.parseLong(answer.get(2)),
                  registration.instanceUid()),
              ServerState.valueOf(answer.get(3)));
      case "FENCED" -> new Admission.Fenced(Long.parseLong(answer.get(1)));
      case "TAKEN" -> new Admission.Taken(answer.get(1));
      default -> throw unexpected(Script.REGISTER, answer);
    };
  }

  /** Counts one heartbeat. A suspect server is not suspect any more. */
  public Standing renew(Claim claim) {
    return standing(Script.RENEW, write(Script.RENEW, claim, List.of()));
  }

  /** Takes the server out of the registry. A claim that is not held any more changes nothing. */
  public Standing deregister(Claim claim) {
    return standing(Script.DEREGISTER, write(Script.DEREGISTER, claim, List.of()));
  }

  /**
   * Moves a living server to its next state; {@link #deregister} and {@link #expire} end it.
   *
   * @return whether it was done; false when the claim or the state have moved on
   * @throws IllegalArgumentException if {@code after} is GONE, or cannot follow {@code before}
   */
  public boolean transition(Claim claim, ServerState before, ServerState after) {
    if (after == ServerState.GONE) {
      throw new IllegalArgumentException(
          "state GONE is not a transition; expected deregister or expire");
    }
    if (!before.next().contains(after)) {
      throw new IllegalArgumentException(
          "state " + after + " cannot follow " + before + "; what can: " + before.next());
    }
    return done(write(Script.TRANSITION, claim, List.of(before.name(), after.name())));
  }

  /** The service that a server_id belongs to, also for a while after its server is gone. */
  public Optional<String> service(String serverId) {
    return Optional.ofNullable(
        redis.call(commands -> commands.hget(Keys.server(serverId), "service")));
  }

  /**
   * The renewal counters by server_id. They grow with each heartbeat and mean nothing else; a text
   * that somebody else wrote there is returned as it stands.
   */
  public Map<String, String> beats() {
    return redis.call(commands -> commands.hgetall(Keys.BEATS));
  }

  /**
   * Marks a server whose lease lapsed.
   *
   * @param counter the renewal counter that was seen last; "" for none
   * @return whether it was done; false when the claim or the counter have moved on
   */
  public boolean suspect(Claim claim, String counter) {
    return done(write(Script.SUSPECT, claim, List.of(counter)));
  }

  /**
   * Takes a server whose lease lapsed out of the registry.
   *
   * @param counter the renewal counter that was seen last; "" for none
   * @return whether it was done; false when the claim or the counter have moved on
   */
  public boolean expire(Claim claim, String counter) {
    return done(write(Script.EXPIRE, claim, List.of(counter)));
  }

  /**
   * Writes servers from memory into a registry that came back empty or older, where nothing newer
   * stands there, and then tells the followers that nothing else is missing.
   *
   * @param revision that of the memory; the registry's goes on above it
   */
  public void restore(Iterable<Server> servers, long revision) {
    for (Server server : servers) {
      List<String> arguments = new ArrayList<>();
      arguments.add(Long.toString(revision));
      arguments.add(Long.toString(server.generation()));
      arguments.addAll(pairs(ServerHash.of(server)));
      write(Script.RESTORE, server.id(), arguments);
    }
    redis.call(
        commands ->
            Script.RESTORED.run(commands, List.of(Keys.META, Keys.REVISIONS), List.of(tag())));
  }

  private List<String> write(Script script, Claim claim, List<String> arguments) {
    List<String> all = new ArrayList<>();
    all.add(claim.incarnation());
    all.add(Long.toString(claim.generation()));
    all.add(claim.instanceUid());
    all.addAll(arguments);
    return write(script, claim.serverId(), all);
  }

  private List<String> write(Script script, String serverId, List<String> arguments) {
    List<String> all = new ArrayList<>();
    all.add(serverId);
    all.add(tag());
    all.addAll(arguments);
    List<String> keys = List.of(Keys.META, Keys.REVISIONS, Keys.BEATS, Keys.server(serverId));
    return redis.call(commands -> script.run(commands, keys, all)).stream()
        .map(Object::toString)
        .collect(Collectors.toList());
  }

  private static Standing standing(Script script, List<String> answer) {
    return switch (answer.getFirst()) {
      case "HELD" ->
          new Standing.Held(ServerState.valueOf(answer.get(1)), Long.parseLong(answer.get(2)));
      case "EXPIRED" -> new Standing.Expired();
      case "FENCED" -> new Standing.Fenced(Long.parseLong(answer.get(1)));
      default -> throw unexpected(script, answer);
    };
  }

  private static boolean done(List<String> answer) {
    return answer.getFirst().equals("HELD");
  }

  private static IllegalStateException unexpected(Script script, List<String> answer) {
    return new IllegalStateException(script + " answered " + answer);
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

  /** Random, so that a revision that Redis hands out twice after a rollback shows. */
  private static String tag() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
