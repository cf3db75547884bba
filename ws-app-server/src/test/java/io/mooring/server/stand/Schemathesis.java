package io.mooring.server.stand;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks an API for everything that its description allows, and much that it does not. */
public final class Schemathesis {
  private static final Path DIRECTORY = Path.of("target/fuzz").toAbsolutePath();
  private static final String VERSION = "4.32.5";

  private Schemathesis() {}

  /**
   * What a run said.
   *
   * @param passed whether every answer was as the description has it
   */
  public record Verdict(boolean passed, String output) {}

  /**
   * @param description where the OpenAPI description is served
   * @param seed the same for the same requests
   */
  public static Verdict run(URI description, String token, long seed)
      throws IOException, InterruptedException {
    Path packages = installed();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "PYTHONPATH=" + packages, "PYTHONHASHSEED=0", "python3"));
    command.addAll(List.of(packages.resolve("bin/schemathesis").toString(), "run"));
    command.addAll(List.of(description.toString(), "--header", "Authorization: Bearer " + token));
    command.addAll(List.of("--seed", Long.toString(seed), "--max-examples", "40"));
    command.addAll(List.of("--suppress-health-check", "all", "--warnings", "off"));
    command.addAll(List.of("--continue-on-failure", "--no-color"));
    return execute(command);
  }

  private static Path installed() throws IOException, InterruptedException {
    Path packages = DIRECTORY.resolve("schemathesis-" + VERSION);
    if (!Files.isDirectory(packages)) {
      Path unfinished = DIRECTORY.resolve("schemathesis-" + VERSION + ".part");
      List<String> command = new ArrayList<>(List.of("python3", "-m", "pip", "install", "-q"));
      command.addAll(List.of("--disable-pip-version-check", "--root-user-action=ignore"));
      command.addAll(List.of("--upgrade", "--target", unfinished.toString()));
      command.add("schemathesis==" + VERSION);
      Verdict installation = execute(command);
      if (!installation.passed()) {
        throw new IOException(command + " did not succeed: " + installation.output());
      }
      Files.move(unfinished, packages);
    }
    return packages;
  }

  private static Verdict execute(List<String> command) throws IOException, InterruptedException {
    Files.createDirectories(DIRECTORY);
    Path output = DIRECTORY.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(DIRECTORY.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    return new Verdict(ended && process.exitValue() == 0, Files.readString(output));
  }
}
