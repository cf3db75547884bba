package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sessions that every SDK has to pass, in real time. */
@Tag("conformance")
class ConformanceTest {
  private static final Path SESSIONS = Kit.FOLDER.resolve("sessions");

  @TempDir Path folder;

  static List<String> sessions() throws IOException {
    try (Stream<Path> files = Files.walk(SESSIONS)) {
      return files
          .map(file -> SESSIONS.relativize(file).toString())
          .filter(file -> file.endsWith(".session"))
          .sorted()
          .toList();
    }
  }

  /** They wait most of their time. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "{0}")
  @MethodSource("sessions")
  void theSessionIsPassed(String session) throws Exception {
    String file = SESSIONS.resolve(session).toString();

    try (Kit kit = Kit.start(folder.resolve("errors"), "play.mjs", file)) {
      JsonNode begin = kit.next().orElseThrow();
      try (Driver driver = new Driver(URI.create(begin.path("url").asText()), kit::tell)) {
        done(kit, begin);
        for (Optional<JsonNode> next = kit.next(); next.isPresent(); next = kit.next()) {
          driver.execute(next.get());
          done(kit, next.get());
        }
      }
      kit.expectPassed();
    }
  }

  private static void done(Kit kit, JsonNode command) {
    kit.tell(JsonNodeFactory.instance.objectNode().set("did", command.path("do")));
  }
}
