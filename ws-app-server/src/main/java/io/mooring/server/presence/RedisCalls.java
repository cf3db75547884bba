package io.mooring.server.presence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.SlotHash;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.RedisScript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls of presence's scripts; each fails with {@link PresenceException}. */
final class RedisCalls {
  private static final Logger log = LoggerFactory.getLogger(RedisCalls.class);

  private static final String CROSS_SLOT = "CROSSSLOT";

  private final RedisLink link;

  /** Redis is a cluster, where a call is about one slot. */
  private volatile boolean apart;

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

  private static String[] keys(List<String> names, List<Function<String, String>> kinds) {
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
    return ask(script, keys, arguments).thenApply(reader).exceptionallyCompose(this::failed);
  }

  private CompletionStage<List<Object>> ask(
      RedisScript script, String[] keys, List<String> arguments) {
    return link.ask(redis -> script.list(redis, keys, bytes(arguments)));
  }

  CompletionStage<String> text(RedisScript script, String[] keys, List<String> arguments) {
    return link.ask(redis -> script.value(redis, keys, bytes(arguments)))
        .thenApply(PresenceAnswers::text)
        .exceptionallyCompose(this::failed);
  }

  /**
   * A script that is asked of many.
   *
   * @param kinds of a name's keys, all of one slot
   * @param arguments for all
   * @param own what follows these, for each
   */
  record Question(
      RedisScript script,
      List<Function<String, String>> kinds,
      List<String> arguments,
      Function<String, List<String>> own) {
    Question(RedisScript script, List<Function<String, String>> kinds, List<String> arguments) {
      this(script, kinds, arguments, name -> List.of());
    }

    private int slot(String name) {
      return SlotHash.getSlot(kinds.getFirst().apply(name));
    }
  }

  /** Asks of many; one where something is wrong is named in the log and left out. */
  CompletionStage<Void> each(Question question, List<String> names, Reader reader) {
    CompletionStage<Void> asked =
        apart
            ? bySlot(question, names, reader)
            : together(question, names, reader)
                .exceptionallyCompose(
                    failure -> {
                      if (!isCrossSlot(failure)) {
                        return CompletableFuture.failedStage(failure);
                      }
                      // Nothing was done.
                      apart = true;
                      return bySlot(question, names, reader);
                    });
    return asked.exceptionallyCompose(this::failed);
  }

  private CompletionStage<Void> bySlot(Question question, List<String> names, Reader reader) {
    List<List<String>> slots =
        List.copyOf(names.stream().collect(Collectors.groupingBy(question::slot)).values());
    List<CompletableFuture<List<Object>>> asked =
        slots.stream().map(some -> ask(question, some).toCompletableFuture()).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenAccept(
            done -> {
              for (int i = 0; i < asked.size(); i++) {
                read(slots.get(i), asked.get(i).join(), reader);
              }
            });
  }

  private CompletionStage<Void> together(Question question, List<String> names, Reader reader) {
    return ask(question, names).thenAccept(answers -> read(names, answers, reader));
  }

  private CompletionStage<List<Object>> ask(Question question, List<String> names) {
    List<String> arguments = new ArrayList<>(question.arguments());
    names.forEach(name -> arguments.addAll(question.own().apply(name)));
    return ask(question.script(), keys(names, question.kinds()), arguments);
  }

  private static void read(List<String> names, List<Object> answers, Reader reader) {
    for (int i = 0; i < names.size(); i++) {
      List<?> answer = PresenceAnswers.list(answers.get(i));
      if (PresenceAnswers.isFailure(answer)) {
        log.warn("event=broken_presence reason=\"{}\"", PresenceAnswers.text(answer.getLast()));
      } else {
        reader.read(names.get(i), answer);
      }
    }
  }

  private static boolean isCrossSlot(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RedisCommandExecutionException refused
        && String.valueOf(refused.getMessage()).startsWith(CROSS_SLOT);
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
