package io.mooring.server.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Autobahn's cases, driven by kosoku against an echo endpoint. Groups 9 (size and speed), 12 and 13
 * (compression, which is not negotiated) are left out.
 */
public final class Autobahn {
  private static final Path DIRECTORY = Path.of("target/conformance").toAbsolutePath();
  private static final Set<String> UNACCEPTABLE = Set.of("FAILED", "WRONG CODE", "UNCLEAN");

  private Autobahn() {}

  /**
   * What a run said.
   *
   * @param cases how many were run
   * @param bad those that failed or ended uncleanly, with their verdicts
   * @param report the folder with the details
   */
  public record Verdict(int cases, List<String> bad, Path report) {}

  /** Runs the cases against an echo endpoint on this loopback port. */
  public static Verdict run(int port) throws IOException, InterruptedException {
    Path packages = installed();
    Path report = DIRECTORY.resolve("report");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "PYTHONPATH=" + packages, "python3"));
    command.add(packages.resolve("bin/kosoku").toString());
    command.addAll(List.of("-m", "fuzzingclient", "-x", "9.*", "-x", "12.*", "-x", "13.*"));
    command.addAll(List.of("-p", "1", "-o", report.toString(), "127.0.0.1:" + port));
    execute(command);

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
    return new Verdict(cases, bad, report);
  }

  private static Path installed() throws IOException, InterruptedException {
    Path packages = DIRECTORY.resolve("kosoku-0.1.0");
    if (!Files.isDirectory(packages)) {
      Path unfinished = DIRECTORY.resolve("kosoku-0.1.0.part");
      List<String> command = new ArrayList<>(List.of("python3", "-m", "pip", "install", "-q"));
      command.addAll(List.of("--disable-pip-version-check", "--root-user-action=ignore"));
      command.addAll(List.of("--upgrade", "--target", unfinished.toString(), "kosoku==0.1.0"));
      execute(command);
      Files.move(unfinished, packages);
    }
    return packages;
  }

  private static void execute(List<String> command) throws IOException, InterruptedException {
    Files.createDirectories(DIRECTORY);
    Path output = DIRECTORY.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    if (!ended || process.exitValue() != 0) {
      throw new IOException(command + " did not succeed, see " + output);
    }
  }
}
