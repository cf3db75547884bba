package io.mooring.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The handshakes that an Envoy wrote of, when they came by its own clock, and where they ended. */
final class EdgeLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  EdgeLog(Path file) {
    this.file = file;
  }

  /**
   * A handshake that was answered.
   *
   * @param at when its first byte came
   * @param server {@code ip:port} of the last server that was tried
   * @param attempts servers that were tried
   */
  record Handshake(Instant at, String path, int status, String server, int attempts) {}

  /** Those at the pins of a server, since then; what Envoy still keeps in its buffer is missing. */
  List<Handshake> atPinsOf(String server, Instant since) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("{"))
          .map(EdgeLog::parsed)
          .filter(EdgeLog::tellsOfAHandshake)
          .map(EdgeLog::handshake)
          .filter(handshake -> handshake.path().startsWith("/ws/" + server + "/"))
          .filter(handshake -> !handshake.at().isBefore(since))
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** A last line may be half written. */
  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException unfinished) {
      return JSON.missingNode();
    }
  }

  /** One that led to a socket is written of again when that has ended. */
  private static boolean tellsOfAHandshake(JsonNode line) {
    return switch (line.path("event").asText()) {
      case "DownstreamTunnelSuccessfullyEstablished" -> true;
      case "DownstreamEnd" -> line.path("status").asInt() != 101;
      default -> false;
    };
  }

  private static Handshake handshake(JsonNode line) {
    return new Handshake(
        Instant.parse(line.path("at").asText()),
        line.path("path").asText(),
        line.path("status").asInt(),
        line.path("server").asText(),
        line.path("attempts").asInt());
  }
}
