package io.mooring.cli.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistogramTest {
  private static long[] millis(long... millis) {
    return LongStream.of(millis).map(each -> Duration.ofMillis(each).toNanos()).toArray();
  }

  @Test
  void eachEventIsCountedInItsStretch() {
    Histogram histogram = Histogram.of(millis(0, 99, 100, 350, 350), 12);

    assertEquals(new Histogram(100, List.of(2, 1, 0, 2)), histogram);
  }

  @ParameterizedTest(name = "up to {0} ms by {1} ms")
  @CsvSource({"0, 100", "1199, 100", "1200, 200", "6000, 1000", "59999, 5000", "359999, 30000"})
  void theStretchesAreAsShortAsTwelveRowsAllow(long last, long stretch) {
    Histogram histogram = Histogram.of(millis(0, last), 12);

    assertEquals(stretch, histogram.stretchMillis());
    assertTrue(histogram.counts().size() <= 12, histogram::toString);
  }

  @Test
  void aVeryLongTimeStillFits() {
    assertEquals(12, Histogram.of(millis(0, 3_600_000), 12).counts().size());
  }

  @Test
  void whoTakesManyRowsHasShortStretches() {
    assertEquals(100, Histogram.of(millis(0, 599_999), 6_000).stretchMillis());
    assertEquals(200, Histogram.of(millis(0, 600_000), 6_000).stretchMillis());
  }

  @Test
  void theLongestBarIsThatOfTheFullestStretch() {
    List<String> lines = Histogram.of(millis(0, 0, 100), 12).lines();

    assertEquals("     0.0 s  " + "█".repeat(30) + " 2", lines.getFirst());
    assertEquals("     0.1 s  " + "█".repeat(15) + "░".repeat(15) + " 1", lines.getLast());
  }

  @Test
  void theBusiestSecondMayBeginAtAnyEvent() {
    assertEquals(0, Histogram.mostInASecond(new long[0]));
    assertEquals(3, Histogram.mostInASecond(millis(0, 900, 1_000, 1_899, 3_000)));
  }
}
