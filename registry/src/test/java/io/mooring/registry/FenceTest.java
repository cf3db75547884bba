package io.mooring.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every write that only the leader may do, under every leader that a registry may hold. */
class FenceTest extends EmptyRegistry {
  private static final Fence MINE = new Fence("control-1", 5);

  /** What is done, and what has to stand there before. */
  private enum Write {
    TRANSITION {
      @Override
      boolean by(Fence fence, Claim claim) {
        return store.transition(fence, claim, ServerState.WARMING, ServerState.ACTIVE);
      }
    },
    SUSPECT {
      @Override
      boolean by(Fence fence, Claim claim) {
        return store.suspect(fence, claim, "1");
      }
    },
    EXPIRE {
      @Override
      boolean by(Fence fence, Claim claim) {
        return store.expire(fence, claim, "1");
      }
    },
    BEGIN_DRAIN {
      @Override
      void prepare(Claim claim) {
        store.requestDrain(claim.serverId(), DrainSpec.DEFAULT);
      }

      @Override
      boolean by(Fence fence, Claim claim) {
        return store.beginDrain(fence, claim, DrainSpec.DEFAULT);
      }
    },
    RELEASE_MOVES {
      @Override
      void prepare(Claim claim) {
        registry.drain(claim, DrainSpec.DEFAULT);
      }

      @Override
      boolean by(Fence fence, Claim claim) {
        return store.releaseMoves(fence, claim, hash().getOrDefault("drain_id", ""));
      }
    },
    END_DRAIN {
      @Override
      void prepare(Claim claim) {
        registry.drain(claim, DrainSpec.DEFAULT);
        store.withdrawDrain(claim.serverId());
      }

      @Override
      boolean by(Fence fence, Claim claim) {
        return store.endDrain(fence, claim);
      }
    },
    RESTORED {
      @Override
      boolean by(Fence fence, Claim claim) {
        return store.restored(fence, 9, meta().getOrDefault("tag", ""));
      }
    };

    void prepare(Claim claim) {}

    abstract boolean by(Fence fence, Claim claim);
  }

  /** Who stands in the registry, and whether {@link #MINE} may act then. */
  private enum Standing {
    NOBODY(Map.of(), true),
    MYSELF(Map.of("holder", "control-1", "fence", "5"), true),
    OLDER(Map.of("holder", "control-2", "fence", "4"), true),
    MY_OLDER_SELF(Map.of("holder", "control-1", "fence", "4"), true),
    NEWER(Map.of("holder", "control-2", "fence", "6"), false),
    MY_NEWER_SELF(Map.of("holder", "control-1", "fence", "6"), false),
    ANOTHER_OF_THE_SAME_NUMBER(Map.of("holder", "control-2", "fence", "5"), false),
    RESIGNED(Map.of("holder", "", "fence", "5"), false);

    final Map<String, String> hash;
    final boolean mayAct;

    Standing(Map<String, String> hash, boolean mayAct) {
      this.hash = hash;
      this.mayAct = mayAct;
    }
  }

  static Stream<Arguments> table() {
    return Stream.of(Write.values())
        .flatMap(write -> Stream.of(Standing.values()).map(there -> Arguments.of(write, there)));
  }

  @ParameterizedTest(name = "{0} while {1}")
  @MethodSource("table")
  void onlyTheNewestLeaderWrites(Write write, Standing there) {
    Claim claim = registry.admit("app-1", "a");
    write.prepare(claim);
    if (!there.hash.isEmpty()) {
      registry.call(redis -> redis.hset(Keys.LEADER, there.hash));
    }
    Map<String, String> server = hash();
    Map<String, String> meta = meta();

    assertEquals(there.mayAct, write.by(MINE, claim));

    assertEquals(!there.mayAct, hash().equals(server) && meta().equals(meta));
  }

  private static Map<String, String> hash() {
    return registry.call(redis -> redis.hgetall(Keys.server("app-1")));
  }

  private static Map<String, String> meta() {
    return registry.call(redis -> redis.hgetall(Keys.META));
  }
}
