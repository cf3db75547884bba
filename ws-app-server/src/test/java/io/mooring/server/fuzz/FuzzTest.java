package io.mooring.server.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.mooring.server.broker.LiveFuzz;
import io.mooring.server.frame.FrameFuzz;
import io.mooring.server.history.EntryFuzz;
import io.mooring.server.protocol.JsonFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What comes from outside is read as its fuzz target demands: every input of the corpus, and what
 * Jazzer makes of it within {@code -Dmooring.fuzz} (20 s), from {@code -Dmooring.seed}.
 */
class FuzzTest {
  private static final Duration TIME = Duration.parse(System.getProperty("mooring.fuzz", "PT20S"));
  private static final int LONGEST = 2_048;

  enum Target {
    FRAME(FrameFuzz.class, FrameFuzz::fuzzerTestOneInput),
    JSON(JsonFuzz.class, JsonFuzz::fuzzerTestOneInput),
    LIVE(LiveFuzz.class, LiveFuzz::fuzzerTestOneInput),
    ENTRY(EntryFuzz.class, EntryFuzz::fuzzerTestOneInput);

    private final Class<?> type;
    private final Reader reader;

    Target(Class<?> type, Reader reader) {
      this.type = type;
      this.reader = reader;
    }

    Path corpus() {
      return Path.of("src/test/fuzz", type.getSimpleName());
    }
  }

  private interface Reader {
    void read(byte[] input) throws Exception;
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Target.class)
  void everyInputOfTheCorpusIsRead(Target target) throws Exception {
    List<Path> inputs;
    try (Stream<Path> files = Files.list(target.corpus())) {
      inputs = files.sorted().toList();
    }
    assertFalse(inputs.isEmpty());

    for (Path input : inputs) {
      try {
        target.reader.read(Files.readAllBytes(input));
      } catch (Exception | AssertionError wrong) {
        throw new AssertionError("the input " + input, wrong);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void nothingThatJazzerFindsIsReadWrongly(Target target) throws Exception {
    int seed = Integer.getInteger("mooring.seed", new Random().nextInt(1, Integer.MAX_VALUE));
    System.out.printf("fuzzing %s with -Dmooring.seed=%d%n", target, seed);
    Path found = Files.createDirectories(Path.of("target/fuzz"));

    Process jazzer = start(target, seed, found);
    String said = new String(jazzer.getInputStream().readAllBytes(), UTF_8);

    assertEquals(
        0,
        jazzer.waitFor(),
        () -> "seed " + seed + "; the input is in " + found.toAbsolutePath() + "\n" + said);
  }

  private Process start(Target target, int seed, Path found) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-ea",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target.type.getName(),
            "--instrumentation_includes=io.mooring.server.**",
            "--reproducer_path=" + found,
            "-artifact_prefix=" + found + "/",
            "-seed=" + seed,
            "-max_total_time=" + TIME.toSeconds(),
            "-max_len=" + LONGEST,
            "-rss_limit_mb=0",
            folder.toString(),
            target.corpus().toString())
        .redirectErrorStream(true)
        .start();
  }
}
