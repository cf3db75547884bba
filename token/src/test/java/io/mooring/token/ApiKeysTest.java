package io.mooring.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeysTest {
  private static final Channels CHANNELS =
      new Channels(List.of("news.$sub"), List.of("news.*", "demo.room"));
  private static final String HASH = "A".repeat(43);

  @TempDir private Path folder;

  private ApiKeys keys(String... lines) throws IOException {
    return ApiKeys.read(
        Files.writeString(folder.resolve("api.keys"), String.join("\n", lines) + "\n"));
  }

  @Test
  void aKeyThatWasMadeIsTakenUnderItsNameWithItsChannels() throws IOException {
    ApiKeys.Fresh press = ApiKeys.fresh("press-1", CHANNELS);
    ApiKeys.Fresh other = ApiKeys.fresh("other", Channels.NONE);
    ApiKeys keys = keys("# publishers", "", press.line(), other.line());

    assertEquals(Optional.of(new ApiKeys.Holder("press-1", CHANNELS)), keys.holder(press.key()));
    assertEquals(Optional.of(new ApiKeys.Holder("other", Channels.NONE)), keys.holder(other.key()));
  }

  @Test
  void nothingElseIsTaken() throws IOException {
    ApiKeys.Fresh press = ApiKeys.fresh("press", CHANNELS);
    ApiKeys keys = keys(press.line(), ApiKeys.fresh("other", CHANNELS).line());
    String secret = press.key().substring(press.key().indexOf('.') + 1);

    for (String wrong :
        List.of(
            "",
            ".",
            "press",
            "press.",
            secret,
            "other." + secret,
            "nobody." + secret,
            "press." + secret + "=",
            "press." + secret.substring(1),
            "press." + press.line().split(" ", -1)[1],
            "press." + "x".repeat(10_000))) {
      assertEquals(Optional.empty(), keys.holder(wrong), wrong);
    }
    assertEquals(Optional.empty(), ApiKeys.NONE.holder(press.key()));
  }

  @Test
  void theFileHoldsNoSecretAndEachKeyIsAnother() {
    ApiKeys.Fresh one = ApiKeys.fresh("press", CHANNELS);

    assertFalse(one.line().contains(one.key().substring(6)));
    assertNotEquals(one, ApiKeys.fresh("press", CHANNELS));
  }

  @ParameterizedTest
  @CsvSource({
    "press, line 1: expected",
    "pr.ess HASH, line 1: expected",
    "press secret, line 1: the second word is not",
    "press HASH pub=a* pub=b, line 1: word 4 is neither",
    "press HASH all=a, line 1: word 3 is neither",
    "press HASH pub=a*b, channels.pub has",
    "press HASH pub=, channels.pub has",
  })
  void aLineThatIsNoneIsNamed(String line, String named) {
    KeyFileException refused =
        assertThrows(KeyFileException.class, () -> keys(line.replace("HASH", HASH)));

    assertTrue(String.valueOf(refused.getMessage()).contains(named), refused::getMessage);
    assertFalse(String.valueOf(refused.getMessage()).contains("secret "), refused::getMessage);
  }

  @Test
  void aNameStandsOnce() {
    KeyFileException refused =
        assertThrows(KeyFileException.class, () -> keys("a " + HASH, "a " + HASH));

    assertTrue(String.valueOf(refused.getMessage()).contains("line 2: the name \"a\""));
  }
}
