package io.mooring.registry;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A Lua script from a resource file beside this class, sent once and then named by its digest. */
enum Script {
  REGISTER("head.lua", "register.lua"),
  RENEW("head.lua", "renew.lua"),
  TRANSITION("head.lua", "transition.lua"),
  DEREGISTER("head.lua", "deregister.lua"),
  SUSPECT("head.lua", "suspect.lua"),
  EXPIRE("head.lua", "expire.lua"),
  RESTORE("head.lua", "restore.lua"),
  RESTORED("restored.lua"),
  WHOLE("whole.lua");

  private final String text;

  Script(String... files) {
    StringBuilder joined = new StringBuilder();
    for (String file : files) {
      joined.append(read(file));
    }
    text = joined.toString();
  }

  /** Runs the script; its answer is a list of texts, or of texts and lists. */
  List<Object> run(RedisCommands<String, String> redis, List<String> keys, List<String> arguments) {
    String[] keyArray = keys.toArray(String[]::new);
    String[] argumentArray = arguments.toArray(String[]::new);
    try {
      return redis.evalsha(redis.digest(text), ScriptOutputType.MULTI, keyArray, argumentArray);
    } catch (RedisNoScriptException unknownThere) {
      return redis.eval(text, ScriptOutputType.MULTI, keyArray, argumentArray);
    }
  }

  private static String read(String file) {
    try (InputStream in = Script.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the resource io/mooring/registry/" + file + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
