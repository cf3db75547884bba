package io.mooring.server.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Autobahn's cases, driven by kosoku. Groups 9 (size and speed), 12 and 13 (compression, which is
 * not negotiated) are left out.
 */
@Tag("conformance")
class ConformanceTest {
  private static final Path DIRECTORY = Path.of("target/conformance").toAbsolutePath();
  private static final Set<String> UNACCEPTABLE = Set.of("FAILED", "WRONG CODE", "UNCLEAN");
  private static final int CASES = 247;

  @Test
  void noCaseFailsOrEndsUncleanly() throws Exception {
    Path kosoku = installed();
    Path report = DIRECTORY.resolve("report");

    try (EchoServer server = new EchoServer(0, EchoServer.roomy()).start()) {
      run(
          kosoku.toString(),
          "-m",
          "fuzzingclient",
          "-x",
          "9.*",
          "-x",
          "12.*",
          "-x",
          "13.*",
          "-p",
          "1",
          "-o",
          report.toString(),
          "127.0.0.1:" + server.port());
    }

    List<String> bad = new ArrayList<>();
    int cases = 0;
    for (JsonNode agent : new ObjectMapper().readTree(report.resolve("index.json").toFile())) {
      for (var one : agent.properties()) {
        cases++;
        String behavior = one.getValue().path("behavior").asText();
        String closing = one.getValue().path("behaviorClose").asText();
        if (UNACCEPTABLE.contains(behavior) || UNACCEPTABLE.contains(closing)) {
          bad.add(one.getKey() + ": " + behavior + ", close " + closing);
        }
      }
    }
    assertEquals(CASES, cases);
    assertTrue(bad.isEmpty(), () -> report + ": " + bad);
  }

  private static Path installed() throws IOException, InterruptedException {
    Path environment = DIRECTORY.resolve("kosoku-0.1.0");
    Path program = environment.resolve("bin/kosoku");
    if (!Files.exists(program)) {
      Files.createDirectories(DIRECTORY);
      run("python3", "-m", "venv", environment.toString());
      run(environment.resolve("bin/pip").toString(), "install", "--quiet", "kosoku==0.1.0");
    }
    return program;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Path output = DIRECTORY.resolve("output.txt");
    Files.createDirectories(DIRECTORY);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    assertTrue(ended && process.exitValue() == 0, () -> List.of(command) + ", see " + output);
  }
}
