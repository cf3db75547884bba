package io.mooring.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadTest {
  @Test
  void theMiddleOfAnEvenNumberLiesBetweenTwo() {
    assertEquals(new Spread(2, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0)));
    assertEquals(new Spread(2.5, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0, 3.0)));
    assertThrows(IllegalArgumentException.class, () -> Spread.of(List.of()));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.00514, 0.0051", "0.514, 0.51", "51.44, 51.4", "5144.4, '5,144'"})
  void threeDigitsAreEnough(double value, String shown) {
    assertEquals(shown, Spread.number(value));
  }
}
