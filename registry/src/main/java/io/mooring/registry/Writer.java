package io.mooring.registry;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Runs the scripts that begin with {@code head.lua}: each gets all of the registry's keys, and
 * after its server's id the fence and the claim that it has to check. Safe for all threads.
 */
final class Writer {
  private final Redis redis;

  Writer(Redis redis) {
    this.redis = redis;
  }

  /** For the leader, about a server. */
  List<String> write(Script script, Fence fence, Claim claim, List<String> arguments) {
    return run(
        script, claim.serverId(), fence, Stream.concat(words(claim), arguments.stream()).toList());
  }

  /** For the leader, about the registry. */
  List<String> write(Script script, Fence fence, List<String> arguments) {
    return run(script, "", fence, arguments);
  }

  /** For the server that holds its id. */
  List<String> write(Script script, Claim claim, List<String> arguments) {
    return write(
        script, claim.serverId(), Stream.concat(words(claim), arguments.stream()).toList());
  }

  /** For anybody. */
  List<String> write(Script script, String serverId, List<String> arguments) {
    return run(script, serverId, "", "", arguments);
  }

  private List<String> run(Script script, String serverId, Fence fence, List<String> arguments) {
    return run(script, serverId, fence.holder(), Long.toString(fence.number()), arguments);
  }

  private List<String> run(
      Script script, String serverId, String leader, String fence, List<String> arguments) {
    List<String> keys =
        List.of(
            Keys.META, Keys.REVISIONS, Keys.BEATS, Keys.LOADS, Keys.LEADER, Keys.server(serverId));
    List<String> all = new ArrayList<>(List.of(serverId, random(), leader, fence));
    all.addAll(arguments);
    return redis.call(commands -> script.run(commands, keys, all)).stream()
        .map(Object::toString)
        .toList();
  }

  private static Stream<String> words(Claim claim) {
    return Stream.of(claim.incarnation(), Long.toString(claim.generation()), claim.instanceUid());
  }

  /** A revision's tag, so that one that Redis hands out twice after a rollback shows. */
  static String random() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
