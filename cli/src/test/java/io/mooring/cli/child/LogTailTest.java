package io.mooring.cli.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @TempDir Path folder;

  @Test
  void theLastLinesAreShownEventsWithoutTheirMachinery() throws IOException {
    Path log = folder.resolve("app-1.log");
    Files.writeString(
        log,
        """
        an early line
        {"at":"2026-01-01T00:00:00Z","level":"INFO","logger":"a.B","message":"event=started"}

        {"level":"ERROR","message":"event=failed","error":"java.io.IOException: full\\n\\tat a.B"}
        {"level":"ERR
        plain words
        """);

    assertEquals(
        List.of(
            "INFO event=started",
            "ERROR event=failed java.io.IOException: full",
            "{\"level\":\"ERR",
            "plain words"),
        LogTail.lines(log, 4));
  }

  @Test
  void aLogThatIsNotThereHasNoLines() {
    assertEquals(List.of(), LogTail.lines(folder.resolve("none.log"), 4));
  }
}
