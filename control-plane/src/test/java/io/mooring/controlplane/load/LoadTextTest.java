package io.mooring.controlplane.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.Load;
import org.junit.jupiter.api.Test;

class LoadTextTest {
  private static final Load CALM =
      Load.newBuilder().setConnections(5).setLoopLagUs(120).setRefusing(false).build();
  private static final Load DRAINING =
      Load.newBuilder()
          .setConnections(-1)
          .setRefusing(true)
          .setDepartures(
              Departures.newBuilder()
                  .setDrainId("d1")
                  .setTotal(101)
                  .setTold(71)
                  .setGone(60)
                  .setStragglers(1))
          .build();

  @Test
  void itIsReadAsItWasWritten() {
    assertEquals("connections=5 loop_lag_us=120 refusing=0", LoadText.of(CALM));
    assertEquals(
        "connections=4294967295 loop_lag_us=0 refusing=1"
            + " drain=d1 total=101 told=71 gone=60 stragglers=1",
        LoadText.of(DRAINING));
    assertEquals(CALM, LoadText.parse(LoadText.of(CALM)));
    assertEquals(DRAINING, LoadText.parse(LoadText.of(DRAINING)));
  }

  @Test
  void aDrainIdThatIsNoneAddsNoWords() {
    Load load =
        Load.newBuilder()
            .setDepartures(Departures.newBuilder().setDrainId("x connections=9"))
            .build();

    assertEquals(
        "connections=0 loop_lag_us=0 refusing=0 drain= total=0 told=0 gone=0 stragglers=0",
        LoadText.of(load));
  }

  @Test
  void aTextOfSomebodyElseIsReadAsFarAsItCanBe() {
    assertEquals(Load.getDefaultInstance(), LoadText.parse(""));
    assertEquals(
        Load.newBuilder().setRefusing(true).build(), LoadText.parse("connections=many refusing=1"));
  }
}
