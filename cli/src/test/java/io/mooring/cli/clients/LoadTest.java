package io.mooring.cli.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MooringTest has what is refused. */
class LoadTest {
  @ParameterizedTest(name = "{0} clients publish {1} a second if nobody says otherwise")
  @CsvSource({"1, 8", "2, 16", "3, 20", "300, 20"})
  void fewClientsPublishLess(int clients, int rate) {
    assertEquals(rate, Load.of(clients, 10, null).rate());
  }

  @Test
  void clientsTakeTurnsOnTheChannels() {
    Load load = Load.of(5, 2, 0);

    assertEquals("demo.clients.1", load.channel(0));
    assertEquals("demo.clients.2", load.channel(1));
    assertEquals("demo.clients.1", load.channel(2));
  }
}
