package io.mooring.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FramesTest {
  @Test
  void allSubscriptionsOfAConnectionFitIntoFewFramesOf64KiB() throws JsonProcessingException {
    String longest = "c".repeat(255);
    Position since = new Position("e".repeat(255), 1L << 53, (1L << 48) - 1);

    List<String> arrays =
        Frames.arrays(Collections.nCopies(128, Frames.subscribe(1L << 53, longest, since, true)));

    assertEquals(2, arrays.size());
    int messages = 0;
    for (String array : arrays) {
      assertTrue(array.getBytes(UTF_8).length < 64 * 1024);
      messages += Frames.read(array).size();
    }
    assertEquals(128, messages);
  }

  @Test
  void oneRequestIsAnArrayOfOne() {
    assertEquals(List.of("[{}]"), Frames.arrays(List.of("{}")));
    assertEquals(List.of(), Frames.arrays(new ArrayList<>()));
  }

  @Test
  void aCharacterOfTwoHalvesIsWrittenAsItself() {
    assertEquals("\"a😀\"", Frames.written("a😀"));
  }

  @Test
  void halfACharacterIsWrittenAsWhatUtf8CanSay() throws JsonProcessingException {
    String written = Frames.written("a\uD83D");

    assertTrue(UTF_8.newEncoder().canEncode(written), written);
    assertEquals("a\uD83D", Frames.read(written).asText());
  }

  @Test
  void theDepthOfAValueIsThatOfItsDeepestContainer() throws JsonProcessingException {
    assertEquals(0, depth("1"));
    assertEquals(1, depth("{}"));
    assertEquals(1, depth("[1,2]"));
    assertEquals(3, depth("{\"a\":[1,{\"b\":null}],\"c\":{}}"));
  }

  private static int depth(String json) throws JsonProcessingException {
    JsonNode node = Frames.read(json);
    return Frames.depth(node);
  }
}
