package io.mooring.server.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RedisKeysTest {
  @Test
  void putsAChannelIntoOneOf512Partitions() {
    assertEquals("log:{100}:demo.room", RedisKeys.log("demo.room"));
    assertEquals("meta:{100}:demo.room", RedisKeys.meta("demo.room"));
    assertEquals("keys:{100}:demo.room", RedisKeys.keys("demo.room"));
    assertEquals("live:{100}:demo.room", RedisKeys.live("demo.room"));
    assertEquals(
        "once:{100}:demo.room/key/desk/a b", RedisKeys.once("demo.room", "key/desk", "a b"));
    assertEquals("demo.room", RedisKeys.channel("live:{100}:demo.room"));
  }
}
