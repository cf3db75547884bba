package io.mooring.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command {@code mooring}, typed at the top of the project. */
final class Command {
  private static final Path ROOT = Path.of(System.getProperty("mooring.root"));

  private Command() {}

  /** Starts it; what it says on standard error is added to a file. */
  static Process start(List<String> arguments, Path errors) throws IOException {
    List<String> command = new ArrayList<>();
    // As from a terminal: what runs in the background may have been told to ignore an interrupt.
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(ROOT.resolve("mooring").toString());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .directory(ROOT.toFile())
        .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
        .start();
  }

  /**
   * Runs a line of a shell at the top of the project, and returns what it printed.
   *
   * @throws AssertionError if it fails, or takes longer than a minute
   */
  static String shell(String line) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-o", "pipefail", "-c", line)
            .directory(ROOT.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError("failed: " + line + "\n" + output);
    }
    return output.strip();
  }

  /**
   * Runs it to its end, and returns what it printed.
   *
   * @throws AssertionError if it fails, or takes longer than a minute
   */
  static String run(List<String> arguments) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("mooring", ".err");
    try {
      Process process = start(arguments, errors);
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError(
            "mooring %s failed: %s%s"
                .formatted(String.join(" ", arguments), output, Files.readString(errors)));
      }
      return output.strip();
    } finally {
      Files.delete(errors);
    }
  }
}
