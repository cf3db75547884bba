package io.mooring.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelsTest {
  @ParameterizedTest
  @CsvSource({
    "demo.room,   demo.room,     true",
    "demo.room,   demo.rooms,    false",
    "demo.*,      demo.,         true",
    "demo.*,      demo.room,     true",
    "demo.*,      demo,          false",
    "demo.*,      demos.room,    false",
    "*,           anything,      true",
    "user.$sub,   user.u17,      true",
    "user.$sub,   user.u18,      false",
    "user.$sub,   user.$sub,     false",
    "user.$sub.*, user.u17.feed, true",
    "user.$sub.*, user.u170,     false",
  })
  void aPatternNamesChannels(String pattern, String channel, boolean allowed) {
    var channels = new Channels(List.of("other", pattern), List.of());

    assertEquals(allowed, channels.maySubscribe(channel, "u17"));
    assertFalse(channels.mayPublish(channel, "u17"));
  }

  @Test
  void noPatternAllowsNothing() {
    assertFalse(Channels.NONE.maySubscribe("demo.room", "u17"));
    assertFalse(Channels.NONE.mayPublish("demo.room", "u17"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a*b", "**", "a b", "{a}", "a\n", "$user", "a/b", "ä"})
  void whatIsNoPatternIsRefused(String pattern) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> new Channels(List.of(), List.of(pattern)));

    assertTrue(String.valueOf(refusal.getMessage()).startsWith("channels.pub has "));
  }

  @Test
  void patternsAreBoundedInLengthAndNumber() {
    assertThrows(
        IllegalArgumentException.class, () -> new Channels(List.of("x".repeat(256)), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Channels(Collections.nCopies(101, "x"), List.of()));
  }
}
