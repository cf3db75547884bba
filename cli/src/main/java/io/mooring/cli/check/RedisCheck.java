package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.REDIS;

import io.mooring.cli.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version, persistence and eviction of the Redis or Valkey that is used. */
final class RedisCheck {
  private static final int OLDEST_MAJOR = 7;

  private RedisCheck() {}

  /**
   * What was found.
   *
   * @param reached somebody answered
   */
  record Outcome(boolean reached, List<Finding> findings) {}

  /**
   * @param url may hold a password, which is not shown
   * @param revival what to do when nobody answers there
   */
  static Outcome of(String url, String revival) {
    String shown = RedisConnection.withoutPassword(url);
    try (RedisConnection redis = RedisConnection.open(url)) {
      String info = redis.ask("INFO");
      List<Finding> findings = new ArrayList<>();
      findings.add(version(info, shown));
      findings.add(persistence(info, redis));
      findings.add(eviction(info));
      field(info, "aof_last_write_status")
          .filter(status -> !status.equals("ok"))
          .ifPresent(
              status ->
                  findings.add(
                      Finding.failed(
                          REDIS,
                          "the last write to the append-only file failed: " + status,
                          "see the free space of its disk")));
      return new Outcome(true, findings);
    } catch (IOException | IllegalArgumentException silent) {
      return new Outcome(
          false,
          List.of(
              Finding.failed(
                  REDIS, "%s cannot be used: %s".formatted(shown, silent.getMessage()), revival)));
    }
  }

  private static Finding version(String info, String url) {
    String redis = field(info, "redis_version").orElse("0.0");
    String what =
        field(info, "valkey_version")
            .map(valkey -> "Valkey " + valkey)
            .orElse("Redis " + redis)
            .concat(" at " + url);
    return Integer.parseInt(redis.split("\\.")[0]) >= OLDEST_MAJOR
        ? Finding.ok(REDIS, what)
        : Finding.failed(REDIS, what, "sharded pub/sub needs 7.0 or later");
  }

  private static Finding persistence(String info, RedisConnection redis) {
    if (field(info, "aof_enabled").equals(Optional.of("1"))) {
      return Finding.ok(REDIS, "persistence: append-only file");
    }
    try {
      boolean snapshots =
          redis.ask("CONFIG", "GET", "save").lines().skip(1).anyMatch(s -> !s.isBlank());
      return snapshots
          ? Finding.failed(
              REDIS,
              "persistence: snapshots alone; after a crash, positions would be given out again",
              "CONFIG SET appendonly yes, or no persistence at all: CONFIG SET save \"\"")
          : Finding.ok(REDIS, "persistence: none; a restart begins empty");
    } catch (IOException refused) {
      return Finding.warning(
          REDIS,
          "persistence: no append-only file, and CONFIG is not allowed here",
          "make sure that it does not persist by snapshots alone");
    }
  }

  private static Finding eviction(String info) {
    String policy = field(info, "maxmemory_policy").orElse("unknown");
    long limit = field(info, "maxmemory").map(Long::parseLong).orElse(0L);
    String what =
        "eviction: %s, maxmemory %s".formatted(policy, limit == 0 ? "unlimited" : limit + " bytes");
    if (policy.equals("noeviction")) {
      return Finding.ok(REDIS, what);
    }
    String hint = "CONFIG SET maxmemory-policy noeviction; evicted keys are lost history and pins";
    return limit == 0 ? Finding.warning(REDIS, what, hint) : Finding.failed(REDIS, what, hint);
  }

  private static Optional<String> field(String info, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":(.*?)\\r?$").matcher(info);
    return line.find() ? Optional.of(line.group(1)) : Optional.empty();
  }
}
