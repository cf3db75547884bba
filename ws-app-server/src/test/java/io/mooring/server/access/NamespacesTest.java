package io.mooring.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.history.Retention;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespacesTest {
  private static final Namespace DEMO = namespace(true);
  private static final Namespace DEFAULT = namespace(false);

  private final Namespaces namespaces = new Namespaces(Map.of("demo", DEMO, "default", DEFAULT));

  @ParameterizedTest
  @CsvSource({"demo.room, demo", "demo.a.b, demo", "room, default", "default.x, default"})
  void theNameUpToTheFirstDotNamesIt(String channel, String name) {
    Namespace expected = name.equals("demo") ? DEMO : DEFAULT;

    assertEquals(Optional.of(expected), namespaces.of(channel));
  }

  @ParameterizedTest
  @CsvSource({"demos.room", ".room", "dem.o"})
  void oneThatIsNotNamedDoesNotExist(String channel) {
    assertEquals(Optional.empty(), namespaces.of(channel));
  }

  @Test
  void onlyChannelsOfANamespaceThatSaysSoConflate() {
    Namespace ticker = new Namespace(true, Retention.DEFAULT, SlowPolicy.CONFLATE, false, false);
    Namespaces both = new Namespaces(Map.of("demo", DEMO, "ticker", ticker));

    assertTrue(both.conflate("ticker.x"));
    assertFalse(both.conflate("demo.x"));
    assertFalse(both.conflate("tickers.x"));
  }

  private static Namespace namespace(boolean open) {
    return new Namespace(open, Retention.DEFAULT, SlowPolicy.DISCONNECT, false, false);
  }
}
