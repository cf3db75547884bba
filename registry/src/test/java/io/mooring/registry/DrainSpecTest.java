package io.mooring.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DrainSpecTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "``, deadline=300s",
        "1, deadline=300s",
        "rate=20, rate=20 deadline=300s",
        "deadline=60s, deadline=60s",
        "rate=20 deadline=300s, rate=20 deadline=300s",
        "` deadline=5m   rate=7 `, rate=7 deadline=300s",
        "deadline=15500ms, deadline=15500ms",
        "deadline=24h rate=100000, rate=100000 deadline=86400s"
      })
  void eachWordMayBeMissing(String text, String expected) {
    DrainSpec spec = DrainSpec.parse(text);

    assertEquals(expected, spec.toString());
    assertEquals(spec, DrainSpec.parse(spec.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fast",
        "rate",
        "rate=",
        "rate=-1",
        "rate=20s",
        "deadline=300",
        "deadline=1d",
        "rate=20,deadline=300s",
        "rate=99999999999",
        "2"
      })
  void anotherTextIsRefusedWithWhatWasExpected(String text) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> DrainSpec.parse(text)).getMessage());

    assertTrue(message.contains(text), message);
    assertTrue(message.contains("expected \"rate=20 deadline=300s\""), message);
  }

  @Test
  void whatIsNotMeantIsRefusedWithItsReason() {
    assertTrue(refusal("rate=0").endsWith("leave rate out for the default"));
    assertTrue(refusal("rate=1 rate=2").contains("rate stands twice"));
    assertTrue(refusal("deadline=60s rate=1 deadline=60s").contains("deadline stands twice"));
    assertTrue(
        refusal("rate=1\ndeadline=60s").startsWith("drain \"rate=1?deadline=60s\": a control"));
    assertTrue(refusal("rate=1\n").contains("control character"));
  }

  private static String refusal(String text) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> DrainSpec.parse(text)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "rate=100001, rate=100001 is not between 0 (the default) and 100000",
    "deadline=14s, deadline=14s is not between 15s and 86400s",
    "deadline=25h, deadline=90000s is not between 15s and 86400s"
  })
  void aNumberOutsideItsRangeIsRefused(String text, String expected) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> DrainSpec.parse(text)).getMessage());

    assertTrue(message.contains(expected), message);
  }
}
