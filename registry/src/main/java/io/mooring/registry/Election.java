package io.mooring.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the replicas of the control plane agree on a leader. Nothing in Redis expires: whoever wants
 * to lead judges by its own clock whether the beat stands still. Safe for all threads; each call
 * waits for Redis and throws {@link RegistryUnavailableException} if it does not answer.
 */
public final class Election {
  private static final List<String> KEYS = List.of(Keys.LEADER);

  private final Redis redis;

  public Election(Redis redis) {
    this.redis = redis;
  }

  public Leader leader() {
    Map<String, String> hash = redis.call(commands -> commands.hgetall(Keys.LEADER));
    return new Leader(
        hash.getOrDefault("holder", ""),
        hash.getOrDefault("fence", ""),
        hash.getOrDefault("beat", ""));
  }

  /**
   * Says that the leader is there, also to a registry that forgot it or remembers an older one.
   *
   * @return empty when it was written; else the one by whom this leader was deposed
   */
  public Optional<Fence> beat(Fence fence) {
    List<String> answer = run(Script.BEAT, List.of(fence.holder(), Long.toString(fence.number())));
    return switch (answer.getFirst()) {
      case "BEATEN" -> Optional.empty();
      case "DEPOSED" -> Optional.of(new Fence(answer.get(1), Long.parseLong(answer.get(2))));
      default -> throw unexpected(Script.BEAT, answer);
    };
  }

  /**
   * Takes the leadership.
   *
   * @param seen the leader as it was seen last; if it has changed since, nothing happens
   * @param known the highest fence that this replica has ever seen
   * @return the fence of the new leader, above all that was known; empty when nothing was done
   */
  public Optional<Fence> take(String name, Leader seen, long known) {
    List<String> answer =
        run(
            Script.TAKE,
            List.of(name, seen.holder(), seen.number(), seen.beat(), Long.toString(known)));
    return switch (answer.getFirst()) {
      case "TAKEN" -> Optional.of(new Fence(name, Long.parseLong(answer.get(1))));
      case "OVERTAKEN" -> Optional.empty();
      default -> throw unexpected(Script.TAKE, answer);
    };
  }

  /** Lets the next replica lead at once; does nothing when one does already. */
  public void resign(Fence fence) {
    run(Script.RESIGN, List.of(fence.holder(), Long.toString(fence.number())));
  }

  private List<String> run(Script script, List<String> arguments) {
    return redis.call(commands -> script.run(commands, KEYS, arguments)).stream()
        .map(Object::toString)
        .toList();
  }

  private static IllegalStateException unexpected(Script script, List<String> answer) {
    return new IllegalStateException(script + " answered " + answer);
  }
}
