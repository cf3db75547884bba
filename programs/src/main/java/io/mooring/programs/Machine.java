package io.mooring.programs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What this machine offers: its environment, its PATH, its kind of processor.
 *
 * @param environment as {@link System#getenv()} answers it
 * @param platform {@code linux-x86_64}, {@code linux-aarch64}, {@code macos-aarch64}, …
 */
record Machine(Map<String, String> environment, String platform) {

  static Machine current() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return new Machine(
        System.getenv(),
        (system.startsWith("mac") ? "macos" : system)
            + "-"
            + (processor.equals("amd64") ? "x86_64" : processor));
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** The program of this name on PATH, if there is one that can be executed. */
  Optional<Path> onPath(String program) {
    for (String folder : variable("PATH").orElse("").split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return Optional.of(candidate.toAbsolutePath());
      }
    }
    return Optional.empty();
  }

  /** {@code $XDG_CACHE_HOME/mooring}, or {@code ~/.cache/mooring}. */
  Path cache() {
    return variable("XDG_CACHE_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElseGet(
            () ->
                Path.of(variable("HOME").orElseGet(() -> System.getProperty("user.home", ".")))
                    .resolve(".cache"))
        .resolve("mooring");
  }

  /** The program with its version, if it names one. */
  Optional<Installed> installed(Path program) {
    return version(program).map(version -> new Installed(program, version.toString()));
  }

  /** The version that the program names with {@code --version}, if it can be run. */
  Optional<Version> version(Path program) {
    try {
      return version(program, Files.createTempFile("mooring", ".version"));
    } catch (IOException notExecutable) {
      return Optional.empty();
    }
  }

  /** Through a file, as reading from a program that hangs would never end. */
  private static Optional<Version> version(Path program, Path output) throws IOException {
    try {
      Process process =
          new ProcessBuilder(List.of(program.toString(), "--version"))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return Version.in(new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ProgramException("interrupted while asking " + program + " for its version");
    } finally {
      Files.delete(output);
    }
  }
}
