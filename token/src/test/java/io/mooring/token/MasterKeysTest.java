package io.mooring.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasterKeysTest {
  private static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

  @TempDir Path folder;

  @Test
  void aGeneratedFileCanBeRead() throws IOException {
    MasterKeys keys = MasterKeys.read(write(MasterKeys.generate("k1")));

    assertEquals("MasterKeys[k1]", keys.toString());
  }

  @Test
  void commentsAndEmptyLinesDoNotCount() throws IOException {
    MasterKeys keys =
        MasterKeys.read(write("# signs\n\n k2\t" + SECRET + " \r\n#old\nk1 " + SECRET));

    assertEquals("MasterKeys[k2, k1]", keys.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                            | master.key has 0 keys, expected one, or two during a rotation",
        "k1                            | master.key line 1 has 1 words, expected \"<key id> <base64url of 32 random bytes>\"",
        "k1 SECRET new                 | master.key line 1 has 3 words, expected \"<key id> <base64url of 32 random bytes>\"",
        "k.1 SECRET                    | master.key line 1: key id \"k.1\" does not fit [A-Za-z0-9_-]{1,64}",
        "k1 SECRET=                    | master.key line 1: the key is not base64url without padding",
        "k1 AAEC                       | master.key line 1: the key has 3 bytes, expected 32",
        "k1 SECRET~#~k1 SECRET         | master.key line 3: key id \"k1\" is there twice",
        "k1 SECRET~k2 SECRET~k3 SECRET | master.key has 3 keys, expected one, or two during a rotation",
      })
  void aBadFileIsRefusedWithItsPlace(String text, String message) throws IOException {
    Path file = write(text.replace("SECRET", SECRET).replace('~', '\n'));

    var refusal = assertThrows(KeyFileException.class, () -> MasterKeys.read(file));

    assertEquals(folder + "/" + message, refusal.getMessage());
    assertFalse(String.valueOf(refusal.getMessage()).contains(SECRET.substring(0, 8)));
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("none.key");

    var refusal = assertThrows(KeyFileException.class, () -> MasterKeys.read(file));

    assertTrue(String.valueOf(refusal.getMessage()).contains(file.toString()));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("master.key"), text);
  }
}
