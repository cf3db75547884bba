package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The range of a close code says what to do, even with a code that nobody knows. */
class EndingTest {
  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource({
    "1000, 1001, BACK_OFF",
    "1002, 1003, STOP",
    "1004, 1006, BACK_OFF",
    "1007, 1009, STOP",
    "1010, 1015, BACK_OFF",
    "3000, 3999, BACK_OFF",
    "4000, 4199, BACK_OFF",
    "4200, 4299, AT_SLOT",
    "4300, 4499, BACK_OFF",
    "4500, 4999, STOP",
  })
  void aCodeSaysWhatToDo(int first, int last, Ending.Rule rule) {
    List<Integer> others =
        IntStream.rangeClosed(first, last)
            .filter(code -> new Ending.Closed(code, "").rule() != rule)
            .boxed()
            .toList();

    assertEquals(List.of(), others);
  }

  @ParameterizedTest(name = "HTTP {0}: {1}")
  @CsvSource({
    "200, BACK_OFF",
    "302, BACK_OFF",
    "401, BACK_OFF",
    "403, STOP",
    "404, STOP",
    "429, BACK_OFF",
    "500, BACK_OFF",
    "503, BACK_OFF",
  })
  void aStatusSaysWhatToDo(int status, Ending.Rule rule) {
    assertEquals(rule, new Ending.Refused(status, OptionalLong.empty()).rule());
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource({
    "r=drain;ra=1500, 1500, drain",
    "ra=0, 0, closed_4200",
    "r=drain, -1, drain",
    "'', -1, closed_4200",
    "r=para=5, -1, closed_4200",
    "r=x;ra=12345678901, -1, x",
  })
  void aReasonSaysHowLongToWaitAndWhy(String reason, long millis, String code) {
    Ending ending = new Ending.Closed(4200, reason);

    assertEquals(millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis), ending.delay());
    assertEquals(code, ending.code());
  }

  @Test
  void aTokenThatIsExpiredOrRefusedIsToBlame() {
    assertTrue(new Ending.Closed(4105, "r=token_expired").blamesToken());
    assertTrue(new Ending.Closed(4500, "r=bad_auth").blamesToken());
    assertTrue(new Ending.Refused(401, OptionalLong.empty()).blamesToken());
  }
}
