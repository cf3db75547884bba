package io.mooring.bench.contender;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end. */
final class Command {
  private Command() {}

  /**
   * Returns what it printed.
   *
   * @throws ContenderException with what it printed, if it fails or takes longer than the limit
   */
  static String run(List<String> command, Map<String, String> environment, Duration limit) {
    String name = String.join(" ", command);
    try {
      Path output = Files.createTempFile("mooring-bench", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
        String printed = Files.readString(output, StandardCharsets.UTF_8).strip();
        if (!ended) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new ContenderException(
              "%s did not end within %d s: %s".formatted(name, limit.toSeconds(), printed));
        }
        if (process.exitValue() != 0) {
          throw new ContenderException(
              "%s ended with %d: %s".formatted(name, process.exitValue(), printed));
        }
        return printed;
      } finally {
        Files.delete(output);
      }
    } catch (IOException failed) {
      throw new ContenderException("cannot run " + name, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ContenderException("interrupted while running " + name, interrupted);
    }
  }
}
