package io.mooring.server;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.Configuration;
import io.mooring.process.ConfigurationException;
import io.mooring.server.access.Namespace;
import io.mooring.server.access.SlowPolicy;
import io.mooring.server.history.Retention;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--name=a/b                     | name \"a/b\" does not fit [A-Za-z0-9_-]{1,64}",
        "--service=My_App               | service \"My_App\": expected [a-z0-9-]{1,63}",
        "--service=                     | service \"\": expected [a-z0-9-]{1,63}",
        "--release=a b                  | release \"a b\": expected [A-Za-z0-9._:+@/-]{0,128}",
        "--drain.rate=-1                | drain: rate -1: expected 0 to 100000",
        "--drain.deadline=14s           | drain: deadline PT14S: expected 15s to 1d",
        "--limits.replay-stall=0s       | limits: replay-stall PT0S: expected more than 0",
        "--advertise.address=host:1     | advertise: address \"host:1\": expected ip:port",
        "--advertise.address=10.0.0.7   | advertise: address \"10.0.0.7\": expected ip:port",
        "--advertise.address=10.0.0.7:0 | advertise: address \"10.0.0.7:0\": expected ip:port",
        "--namespaces.demo.slow=drop    | namespaces.demo.slow = \"drop\" (from flag",
        "--namespaces.*.history.size=0  | namespaces.*.history: size 0: expected 1 to 100000",
        "--namespaces.demo.history.ttl=2d | namespaces.demo.history: meta-ttl PT24H: expected at least",
        "--namespaces.demo.histry.ttl=2d | no key namespaces.demo.histry; did you mean namespaces.demo.",
        "--namespaces.a/b.open=true     | namespaces \"a/b\": expected [A-Za-z0-9_:~-]{1,64}",
        "--advertise.api-address=::1:7  | advertise: api-address \"::1:7\": expected ip:port",
      })
  void anUnusableValueIsNamedWithItsKey(String flag, String message) {
    var refusal = assertThrows(ConfigurationException.class, () -> read(flag));

    assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.getMessage());
  }

  @Test
  void whatTheRegistryTakesIsTaken() {
    ServerConfig config =
        read("--service=app-2", "--release=v1.2+3", "--advertise.address=[2001:db8::7]:7200");

    assertEquals("app-2", config.service());
    assertEquals("[2001:db8::7]:7200", config.advertise().address());
  }

  @Test
  void aNamespaceHasTheDefaultsOfAllForWhatItDoesNotSay() {
    ServerConfig config = read("--namespaces.chat.history.size=7", "--namespaces.*.slow=conflate");

    Namespace chat = requireNonNull(config.namespaces().get("chat"));
    Namespace demo = requireNonNull(config.namespaces().get("demo"));
    assertEquals(Set.of("demo", "chat"), config.namespaces().keySet());
    assertEquals(7, chat.history().size());
    assertEquals(Retention.DEFAULT.ttl(), chat.history().ttl());
    assertEquals(SlowPolicy.CONFLATE, chat.slow());
    assertFalse(chat.open());
    assertEquals(Retention.DEFAULT, demo.history());
    assertTrue(demo.open());
  }

  private static ServerConfig read(String... flags) {
    return Configuration.read(ServerConfig.class, List.of(flags), Map.of());
  }
}
