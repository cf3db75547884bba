package io.mooring.controlplane.acknowledgement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvoyReportTest {
  private static final EnvoyReport REPORT = new EnvoyReport("control-1", 17, 42, true);

  @Test
  void itIsReadAsItWasWritten() {
    assertEquals("replica=control-1 beat=17 revision=42 connected=1", REPORT.toString());
    assertEquals(Optional.of(REPORT), EnvoyReport.parse(REPORT.toString()));
  }

  @Test
  void whatSomebodyElseWroteIsReadAsFarAsItCanBe() {
    assertEquals(
        Optional.of(new EnvoyReport("", 0, 7, false)), EnvoyReport.parse(" revision=7  x "));
    assertEquals(Optional.empty(), EnvoyReport.parse("revision=seven"));
  }
}
