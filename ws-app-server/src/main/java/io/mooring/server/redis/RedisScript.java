package io.mooring.server.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A Lua script, called by its digest and sent whole when Redis lost it. */
public final class RedisScript {
  private final byte[] text;
  private final String digest;

  /**
   * @param beside the class beside which the files are
   * @param files which, one after the other, are the script
   */
  public RedisScript(Class<?> beside, String... files) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String file : files) {
      try (InputStream stream = beside.getResourceAsStream(file)) {
        if (stream == null) {
          throw new IllegalStateException("the program lacks its script " + file);
        }
        stream.transferTo(all);
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
    text = all.toByteArray();
    try {
      digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }

  /** Calls a script that answers with a list. */
  public CompletionStage<List<Object>> list(
      RedisAsyncCommands<String, byte[]> redis, String[] keys, byte[]... arguments) {
    return call(redis, ScriptOutputType.MULTI, keys, arguments);
  }

  /** Calls a script that answers with one value. */
  public CompletionStage<byte[]> value(
      RedisAsyncCommands<String, byte[]> redis, String[] keys, byte[]... arguments) {
    return call(redis, ScriptOutputType.VALUE, keys, arguments);
  }

  private <T> CompletionStage<T> call(
      RedisAsyncCommands<String, byte[]> redis,
      ScriptOutputType type,
      String[] keys,
      byte[][] arguments) {
    return redis
        .<T>evalsha(digest, type, keys, arguments)
        .exceptionallyCompose(
            failure ->
                RedisLink.cause(failure) instanceof RedisNoScriptException
                    ? redis.<T>eval(text, type, keys, arguments)
                    : CompletableFuture.failedStage(failure));
  }
}
