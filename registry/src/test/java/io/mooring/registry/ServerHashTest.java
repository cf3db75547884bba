package io.mooring.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerHashTest {
  private static final Server SERVER =
      new Server(
          "app-1",
          "app",
          "u1",
          7,
          ServerState.DRAINING,
          true,
          new Address("::1", 7200),
          Optional.empty(),
          12,
          "2026-10-01",
          Set.of("verdict/1", "resume/1"),
          Map.of("zone", "a", "note", "x=1; y"),
          Optional.of(new Drain("d1", DrainSpec.parse("rate=20 deadline=60s"), true)),
          57);

  @Test
  void aServerSurvivesTheWayThroughRedis() {
    assertEquals(SERVER, ServerHash.parse("app-1", ServerHash.of(SERVER)));
  }

  @Test
  void fieldsThatOthersAddAreLeftAlone() {
    Map<String, String> hash = new HashMap<>(ServerHash.of(SERVER));
    hash.put("drain", "as fast as you can");
    hash.put("drain_error", "that is no spec");
    hash.put("colour", "blue");

    assertEquals(SERVER, ServerHash.parse("app-1", hash));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "service, My App, service \"My App\" does not match",
        "service, , service is missing",
        "instance_uid, a b, instance_uid \"a b\" does not match",
        "generation, 0, generation 0 is not at least 1",
        "generation, many, generation \"many\" is not a whole number",
        "generation, 99999999999999999999, is not a whole number",
        "state, active, state \"active\" is none of",
        "address, app.example.com:7200, is not a literal IP address",
        "address, [1:2:3]:7200, is not a literal IP address",
        "address, 10.0.0.1, is not of the form ip:port",
        "api_address, 10.0.0.1:0, port 0 is not between 1 and 65535",
        "weight, 65, weight 65 is not between 1 and 64",
        "weight, 9999999999, weight 9999999999 is not a whole number of 32 bits",
        "release, a b, release \"a b\" does not match",
        "drain_id, , drain_id is missing",
        "drain_id, a b, drain_id \"a b\" does not match",
        "drain_spec, fast, drain \"fast\": expected",
        "labels, zone, label \"zone\" is not key=value",
        "revision, new, revision \"new\" is not a whole number",
        "capabilities, verdict/1  x, capability \"\" does not match"
      })
  void aFieldOutsideItsGrammarIsRefusedByName(String field, String value, String expected) {
    Map<String, String> hash = new HashMap<>(ServerHash.of(SERVER));
    if (value == null) {
      hash.remove(field);
    } else {
      hash.put(field, value);
    }

    String message =
        String.valueOf(
            assertThrows(RuntimeException.class, () -> ServerHash.parse("app-1", hash))
                .getMessage());
    assertTrue(message.contains(expected), message);
  }

  @Test
  void anIdOutsideItsGrammarIsRefused() {
    for (String id : List.of("", "a b", "a/b", "{a}", "a".repeat(65), "ä")) {
      assertThrows(
          IllegalArgumentException.class, () -> ServerHash.parse(id, ServerHash.of(SERVER)), id);
    }
  }
}
