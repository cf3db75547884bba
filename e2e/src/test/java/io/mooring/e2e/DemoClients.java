package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;

/** {@code mooring demo clients}, typed beside a tier, and what it has printed. */
final class DemoClients implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final List<JsonNode> told = new CopyOnWriteArrayList<>();

  /**
   * @param state the tier's
   */
  DemoClients(Path state, int clients, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("demo", "clients", String.valueOf(clients)));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", "json", "--state-dir", state.toString()));
    process = Command.start(command, state.resolve("demo.err"));
    Thread.ofVirtual().start(this::listen);
  }

  private void listen() {
    process
        .inputReader()
        .lines()
        .forEach(
            line -> {
              try {
                told.add(JSON.readTree(line));
              } catch (IOException notJson) {
                throw new AssertionError(line, notJson);
              }
            });
  }

  /** Those of the last second. */
  JsonNode figures() {
    return told.stream()
        .filter(line -> line.has("connected"))
        .reduce((first, second) -> second)
        .orElse(JSON.createObjectNode());
  }

  /** How many disturbances are over. */
  int disturbances() {
    return over().size();
  }

  /**
   * The one that is over next.
   *
   * @param before how many were
   */
  JsonNode nextDisturbance(int before, Duration patience) {
    return Awaitility.await()
        .atMost(patience)
        .until(this::over, disturbances -> disturbances.size() > before)
        .get(before);
  }

  private List<JsonNode> over() {
    return told.stream()
        .map(line -> line.path("disturbance"))
        .filter(disturbance -> !disturbance.isMissingNode())
        .toList();
  }

  /** Types Ctrl-C, and returns the summary of clients of which none was in trouble. */
  JsonNode end() throws IOException, InterruptedException {
    Foreign.run(List.of("kill", "-INT", String.valueOf(process.pid())));
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it has not ended");
    JsonNode summary =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> told.getLast().path("summary"), last -> !last.isMissingNode());
    assertEquals(0, process.exitValue(), summary::toString);
    List<JsonNode> troubles = told.stream().filter(line -> line.has("trouble")).toList();
    assertEquals(List.of(), troubles);
    return summary;
  }

  static void assertFlawless(JsonNode figures) {
    assertEquals(0, figures.path("lost").asInt(-1), figures::toString);
    assertEquals(0, figures.path("doubled").asInt(-1), figures::toString);
  }

  static List<Integer> counts(JsonNode counts) {
    return StreamSupport.stream(counts.spliterator(), false).map(JsonNode::asInt).toList();
  }

  static int sum(JsonNode counts) {
    return counts(counts).stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
