package io.mooring.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program of the kit for all SDKs (conformance/README.md), which says what to do. */
final class Kit implements AutoCloseable {
  static final Path FOLDER = Path.of("../conformance").toAbsolutePath().normalize();

  private final Process process;
  private final Path errors;
  private final BufferedReader commands;
  private final Writer events;

  private Kit(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.commands = process.inputReader(UTF_8);
    this.events = process.outputWriter(UTF_8);
  }

  /**
   * @param errors the file in which it says why somebody has not passed
   */
  static Kit start(Path errors, String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("node", FOLDER.resolve(program).toString()));
    command.addAll(List.of(arguments));
    return new Kit(new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
  }

  /** What is to be done next; empty at the end. */
  Optional<JsonNode> next() throws IOException {
    String line = commands.readLine();
    return line == null ? Optional.empty() : Optional.of(Frames.read(line));
  }

  /** Tells it what came of it; of any thread. */
  synchronized void tell(JsonNode event) {
    try {
      events.write(event + "\n");
      events.flush();
    } catch (IOException gone) {
      // It ends as soon as it has judged, and expectPassed says how.
    }
  }

  void expectPassed() throws IOException, InterruptedException {
    assertEquals(0, process.waitFor(), Files.readString(errors));
  }

  /** Whoever plays alone ends. */
  @Override
  public void close() {
    try {
      events.close();
    } catch (IOException gone) {
      // It has ended.
    }
  }
}
