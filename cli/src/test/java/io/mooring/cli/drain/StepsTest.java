package io.mooring.cli.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.cli.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "REQUESTED  |  0 | '1 out of placement  2 refusing  3 moving  4 stragglers  5 drained'",
        "REFUSING   |  0 | '1 out of placement ✔  2 refusing acked edge-1 12 ms not yet edge-2  3 moving  4 stragglers  5 drained'",
        "MOVING     | 71 | '1 out of placement ✔  2 refusing ✔ acked edge-1 12 ms not yet edge-2  3 moving ███████░░░ 71/101  ETA 2 s  4 stragglers  5 drained'",
        "STRAGGLERS | 99 | '1 out of placement ✔  2 refusing ✔ acked edge-1 12 ms not yet edge-2  3 moving ✔ ██████████ 99/101  4 stragglers 2  5 drained'",
      })
  void aPhaseTicksWhatIsDone(String phase, int gone, String line) {
    assertEquals(" " + line, steps(200).line(progress(phase, gone)));
  }

  @Test
  void aNarrowTerminalSeesWhatIsBeingDone() {
    String line = steps(80).line(progress("MOVING", 71));

    assertEquals(" 1 ✔  2 ✔  3 moving ███████░░░ 71/101  ETA 2 s  4 stragglers  5 drained", line);
  }

  @Test
  void withoutATerminalEachChangeIsALineAndEachClientIsNot() {
    Steps steps = steps(80);
    DrainProgress moving = progress("MOVING", 71);

    assertEquals(List.of(), steps.news(progress("REQUESTED", 0)));
    assertEquals(
        List.of(" 1 out of placement", " 2 refusing acked edge-1 12 ms not yet edge-2"),
        steps.news(progress("REFUSING", 0)));
    assertEquals(List.of(" 3 moving 70/101"), steps.news(progress("REFUSING", 0), moving));
    assertEquals(List.of(), steps.news(moving, progress("MOVING", 72)));
    assertEquals(
        List.of(" 3 moving 90/101", " 4 stragglers 2"),
        steps.news(progress("MOVING", 80), progress("STRAGGLERS", 99)));
    assertEquals(
        List.of(" 3 moving 101/101", " 5 drained"), steps.news(moving, progress("DRAINED", 101)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DRAINED   | app-1 drained in 6.1 s: 101 connections moved, 2 stragglers",
        "CANCELLED | app-1 takes new clients again: the drain was cancelled after 71 of 101 had gone",
        "LOST      | ✘ app-1 was lost before all had gone (71 of 101)",
        "REJECTED  | ✘ app-1 is not drained",
      })
  void theEndIsSaidInOneLine(String phase, String text) {
    String outcome =
        new Outcome(terminal(80)).text(progress(phase, 71), 101, Duration.ofMillis(6100));

    assertTrue(outcome.startsWith(" " + text), outcome);
  }

  private static DrainProgress progress(String phase, int gone) {
    String text =
        """
        {"server":"app-1","drain_id":"d1","phase":"%s","reason":"","rate":20,"deadline_ms":300000,
         "connections":30,"total":101,"told":90,"gone":%d,"stragglers":2,"eta_ms":1400,
         "envoys":[{"id":"edge-1","acked":true,"ack_ms":12},
                   {"id":"edge-2","acked":false,"ack_ms":null}]}
        """;
    try {
      return DrainProgress.of(JSON.readTree(text.formatted(phase, gone)));
    } catch (JsonProcessingException broken) {
      throw new IllegalArgumentException(broken);
    }
  }

  private static Steps steps(int width) {
    return new Steps(terminal(width));
  }

  private static Terminal terminal(int width) {
    return new Terminal(System.out, System.err, true, false, width);
  }
}
