package io.mooring.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("app-1", "app-12", "edge-1");

  @ParameterizedTest
  @CsvSource({
    "ap-1, app-1",
    "app1, app-1",
    "aap-12, app-12",
    "edeg-1, edge-1",
    "app-9, ''",
    "app-2, ''",
    "valkey, ''"
  })
  void aSlipIsRecognisedAndAnotherNumberIsNone(String word, String meant) {
    assertEquals(meant, Suggestion.nearest(word, KNOWN).orElse(""));
  }
}
