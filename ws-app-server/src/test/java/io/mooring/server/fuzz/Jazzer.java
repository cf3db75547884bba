package io.mooring.server.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process in which Jazzer looks for an input that its target does not bear. */
final class Jazzer {
  private static final int LONGEST = 2_048;

  /** Any input takes far less than a millisecond; only one that never ends takes so long. */
  private static final int HANG_SECONDS = 30;

  /** How many choices of each target there are to begin with, and by how many bytes. */
  private static final int BEGINNINGS = 50;

  private static final int CHOICES = 200;

  /** The libraries that the targets use. */
  private static final Pattern USED =
      Pattern.compile("(jazzer|jackson|netty|slf4j|logback|mooring)-.*");

  private final Path folder;
  private final int seed;
  private String said = "";

  /**
   * @param folder its own
   * @param seed decides all that it tries
   */
  Jazzer(Path folder, int seed) {
    this.folder = folder;
    this.seed = seed;
  }

  /** What it said. */
  String said() {
    return said;
  }

  /**
   * Tries so many inputs.
   *
   * @return the input that its target does not bear; empty if there is none
   * @throws IllegalStateException if Jazzer ended without one, and not well
   */
  Optional<Input> find(int runs) throws IOException, InterruptedException {
    Path begin = Files.createDirectory(folder.resolve("begin"));
    begin(begin);
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-ea",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + AnyFuzz.class.getName(),
                "--instrumentation_includes=io.mooring.server.**",
                "--custom_hook_includes=io.mooring.server.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder.resolve("found-"),
                "-seed=" + seed,
                "-runs=" + runs,
                "-max_len=" + LONGEST,
                "-timeout=" + HANG_SECONDS,
                "-rss_limit_mb=0",
                begin.toString())
            .redirectErrorStream(true)
            .start();
    try {
      said = new String(process.getInputStream().readAllBytes(), UTF_8);
      int exit = process.waitFor();
      Optional<Input> found = found();
      if (exit != 0 && found.isEmpty()) {
        throw new IllegalStateException("Jazzer ended with " + exit + ", and said:\n" + said);
      }
      return found;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Jazzer reads all of it before it begins, which takes seconds for what no target uses. */
  private static String classPath() {
    String whole =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(whole.split(File.pathSeparator))
        .filter(
            path ->
                !path.endsWith(".jar")
                    || USED.matcher(Path.of(path).getFileName().toString()).matches())
        .collect(joining(File.pathSeparator));
  }

  private void begin(Path begin) throws IOException {
    Random random = new Random(seed);
    for (Target target : Target.values()) {
      try (Stream<Path> corpus = Files.list(target.corpus())) {
        for (Path file : corpus.toList()) {
          Files.write(
              begin.resolve(target + "-" + file.getFileName()),
              Input.given(target, Files.readAllBytes(file)));
        }
      }
      for (int i = 0; i < BEGINNINGS; i++) {
        byte[] choices = new byte[CHOICES];
        random.nextBytes(choices);
        Files.write(begin.resolve(target + "-made-" + i), Input.made(target, choices));
      }
    }
  }

  private Optional<Input> found() throws IOException {
    List<Path> inputs;
    try (Stream<Path> files = Files.list(folder)) {
      inputs = files.filter(file -> file.getFileName().toString().startsWith("found-")).toList();
    }
    return inputs.isEmpty()
        ? Optional.empty()
        : Optional.of(Input.of(Files.readAllBytes(inputs.getFirst())));
  }
}
