package io.mooring.server.broker;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A Lua script beside this class, called by its digest and sent whole when Redis lost it. */
final class RedisScript {
  private final byte[] text;

  RedisScript(String resource) {
    try (InputStream stream = RedisScript.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("the program lacks its script " + resource);
      }
      text = stream.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  CompletionStage<List<Object>> call(
      RedisAsyncCommands<String, byte[]> redis, String[] keys, byte[][] arguments) {
    return redis
        .<List<Object>>evalsha(redis.digest(text), ScriptOutputType.MULTI, keys, arguments)
        .exceptionallyCompose(
            failure -> {
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              return cause instanceof RedisNoScriptException
                  ? redis.<List<Object>>eval(text, ScriptOutputType.MULTI, keys, arguments)
                  : CompletableFuture.failedStage(failure);
            });
  }
}
