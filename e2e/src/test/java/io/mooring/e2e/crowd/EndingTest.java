package io.mooring.e2e.crowd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The range of a close code says what to do, even with a code that nobody knows. */
@Tag("untimed")
class EndingTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "4500, STOP",
    "4504, STOP",
    "4599, STOP",
    "4100, BACK_OFF",
    "4199, BACK_OFF",
    "4200, RESUME",
    "4203, RESUME",
    "4299, RESUME",
    "1001, BACK_OFF",
    "1006, BACK_OFF",
    "1011, BACK_OFF",
    "1012, BACK_OFF",
    "1013, BACK_OFF",
    "1002, STOP",
    "1003, STOP",
    "1007, STOP",
    "1008, STOP",
    "1009, STOP",
  })
  void aCodeSaysWhatToDo(int code, Ending.Rule rule) {
    assertEquals(rule, new Ending.Closed(code, "").rule());
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource({"r=drain;ra=1500, 1500", "ra=0, 0", "r=drain, -1", "'', -1", "r=para=5, -1"})
  void aReasonSaysHowLongToWait(String reason, long millis) {
    OptionalLong expected = millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis);

    assertEquals(expected, new Ending.Closed(4200, reason).retryAfter());
  }
}
