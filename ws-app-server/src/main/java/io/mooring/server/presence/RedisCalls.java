package io.mooring.server.presence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.RedisScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls of presence's scripts; each fails with {@link PresenceException}. */
final class RedisCalls {
  private static final Logger log = LoggerFactory.getLogger(RedisCalls.class);

  private final RedisLink link;

  /** Takes what a script answered for one of those that it was asked of. */
  interface Reader {
    void read(String name, List<?> answer);
  }

  RedisCalls(RedisLink link) {
    this.link = link;
  }

  static RedisScript script(String... files) {
    List<String> all = new ArrayList<>(List.of("presence.lua"));
    all.addAll(List.of(files));
    return new RedisScript(RedisCalls.class, all.toArray(String[]::new));
  }

  static String[] keys(List<String> names, List<Function<String, String>> kinds) {
    List<String> keys = new ArrayList<>(names.size() * kinds.size());
    for (String name : names) {
      for (Function<String, String> kind : kinds) {
        keys.add(kind.apply(name));
      }
    }
    return keys.toArray(String[]::new);
  }

  /**
   * @param reader what it throws is a failure too: others may have written what is there
   */
  <T> CompletionStage<T> list(
      RedisScript script, String[] keys, List<String> arguments, Function<List<Object>, T> reader) {
    return link.ask(redis -> script.list(redis, keys, bytes(arguments)))
        .thenApply(reader)
        .exceptionallyCompose(this::failed);
  }

  CompletionStage<String> text(RedisScript script, String[] keys, List<String> arguments) {
    return link.ask(redis -> script.value(redis, keys, bytes(arguments)))
        .thenApply(PresenceAnswers::text)
        .exceptionallyCompose(this::failed);
  }

  /** Asks of many; one where something is wrong is named in the log and left out. */
  CompletionStage<Void> each(
      RedisScript script,
      String[] keys,
      List<String> arguments,
      List<String> names,
      Reader reader) {
    return list(
            script,
            keys,
            arguments,
            answers -> {
              for (int i = 0; i < names.size(); i++) {
                List<?> answer = PresenceAnswers.list(answers.get(i));
                if (PresenceAnswers.isFailure(answer)) {
                  warn(PresenceAnswers.text(answer.getLast()));
                } else {
                  reader.read(names.get(i), answer);
                }
              }
              return answers;
            })
        .thenAccept(read -> {});
  }

  static void warn(String failure) {
    log.warn("event=broken_presence reason=\"{}\"", failure);
  }

  private <T> CompletionStage<T> failed(Throwable failure) {
    PresenceException reason = PresenceException.of(failure);
    link.failed(String.valueOf(reason.getMessage()));
    return CompletableFuture.failedStage(reason);
  }

  private static byte[][] bytes(List<String> arguments) {
    byte[][] all = new byte[arguments.size()][];
    for (int i = 0; i < all.length; i++) {
      all[i] = arguments.get(i).getBytes(UTF_8);
    }
    return all;
  }
}
