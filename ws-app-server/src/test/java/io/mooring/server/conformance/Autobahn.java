package io.mooring.server.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Autobahn's cases, driven by kosoku against an echo endpoint. */
public final class Autobahn {
  private static final Path DIRECTORY = Path.of("target/conformance").toAbsolutePath();
  private static final Path OUTPUT = DIRECTORY.resolve("output.txt");
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Fetches it on first use. */
  private static final Path KOSOKU = Path.of("../conformance/kosoku").toAbsolutePath();

  /** What is right, or left open by RFC 6455. */
  private static final Set<String> ACCEPTABLE = Set.of("OK", "NON-STRICT", "INFORMATIONAL");

  /** The case needs an extension that the server did not agree to. */
  private static final String UNIMPLEMENTED = "UNIMPLEMENTED";

  /** Frames, messages, UTF-8 and closing: groups 1 to 7 and 10. */
  public static final List<String> FRAMING = List.of("-x", "9.*", "-x", "12.*", "-x", "13.*");

  private Autobahn() {}

  /**
   * What a run said.
   *
   * @param cases how many were run
   * @param bad those that failed or ended uncleanly, with their verdicts
   * @param unimplemented those that need an extension which the server declined
   * @param report the folder with the details
   */
  public record Verdict(int cases, List<String> bad, Set<String> unimplemented, Path report) {}

  /**
   * Runs cases against an echo endpoint on this loopback port.
   *
   * @param name of the report's folder
   * @param choice of cases, as arguments of kosoku
   */
  public static Verdict run(int port, String name, List<String> choice)
      throws IOException, InterruptedException {
    return run(port, name, choice, 1, PATIENCE);
  }

  /**
   * @param atOnce how many cases to run at a time
   * @param patience how long it may take
   */
  static Verdict run(int port, String name, List<String> choice, int atOnce, Duration patience)
      throws IOException, InterruptedException {
    Path report = DIRECTORY.resolve(name);
    Path index = report.resolve("index.json");
    Files.deleteIfExists(index);
    List<String> command = new ArrayList<>();
    command.addAll(List.of("python3", KOSOKU.toString(), DIRECTORY.toString()));
    command.addAll(List.of("-m", "fuzzingclient"));
    command.addAll(choice);
    command.addAll(List.of("-p", Integer.toString(atOnce)));
    command.addAll(List.of("-o", report.toString(), "127.0.0.1:" + port));
    // Not 0 if any case is not acceptable, and the report says which.
    int exit = execute(command, patience);
    if (!Files.exists(index)) {
      throw new IOException(command + " ended with " + exit + ", see " + OUTPUT);
    }

    List<String> bad = new ArrayList<>();
    Set<String> unimplemented = new TreeSet<>();
    int cases = 0;
    for (JsonNode agent : new ObjectMapper().readTree(index.toFile())) {
      for (var one : agent.properties()) {
        cases++;
        String behavior = one.getValue().path("behavior").asText();
        String closing = one.getValue().path("behaviorClose").asText();
        if (behavior.equals(UNIMPLEMENTED) && ACCEPTABLE.contains(closing)) {
          unimplemented.add(one.getKey());
        } else if (!ACCEPTABLE.contains(behavior) || !ACCEPTABLE.contains(closing)) {
          bad.add(one.getKey() + ": " + behavior + ", close " + closing);
        }
      }
    }
    return new Verdict(cases, bad, unimplemented, report);
  }

  /** Its exit status. */
  private static int execute(List<String> command, Duration patience)
      throws IOException, InterruptedException {
    Files.createDirectories(DIRECTORY);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(OUTPUT.toFile())
            .start();
    if (!process.waitFor(patience)) {
      process.destroyForcibly();
      throw new IOException(command + " did not end within " + patience + ", see " + OUTPUT);
    }
    return process.exitValue();
  }
}
