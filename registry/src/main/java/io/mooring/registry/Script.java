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
  DEREGISTER("head.lua", "deregister.lua"),
  TRANSITION("head.lua", "fenced.lua", "transition.lua"),
  SUSPECT("head.lua", "fenced.lua", "suspect.lua"),
  EXPIRE("head.lua", "fenced.lua", "expire.lua"),
  REQUEST_DRAIN("head.lua", "request-drain.lua"),
  REFUSE_DRAIN("head.lua", "refuse-drain.lua"),
  FORGIVE_DRAIN("head.lua", "forgive-drain.lua"),
  BEGIN_DRAIN("head.lua", "fenced.lua", "begin-drain.lua"),
  RELEASE_MOVES("head.lua", "fenced.lua", "release-moves.lua"),
  END_DRAIN("head.lua", "fenced.lua", "end-drain.lua"),
  DRAIN_REQUESTS("drain-requests.lua"),
  DRAIN_ERRORS("drain-errors.lua"),
  RESTORE("head.lua", "raise.lua", "restore.lua"),
  RESTORED("head.lua", "fenced.lua", "raise.lua", "restored.lua"),
  WHOLE("whole.lua"),
  ENVOY_GONE("envoy-gone.lua"),
  FORGET_ENVOY("forget-envoy.lua"),
  BEAT("office.lua", "beat.lua"),
  TAKE("office.lua", "take.lua"),
  RESIGN("office.lua", "resign.lua");

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
