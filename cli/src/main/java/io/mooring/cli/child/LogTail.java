package io.mooring.cli.child;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file, for people. */
public final class LogTail {
  private static final int LONGEST = 64 * 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  private LogTail() {}

  /**
   * At most {@code count} last lines that are not blank, events in JSON as level, message and error
   * alone; none when the file cannot be read.
   */
  public static List<String> lines(Path log, int count) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(0, file.length() - LONGEST);
      byte[] end = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(end);
      List<String> lines =
          new String(end, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size()).stream()
          .map(LogTail::readable)
          .toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  private static String readable(String line) {
    if (!line.startsWith("{")) {
      return line;
    }
    try {
      JsonNode event = JSON.readTree(line);
      String error = event.path("error").asText().lines().findFirst().orElse("");
      return "%s %s %s"
          .formatted(event.path("level").asText(), event.path("message").asText(), error)
          .strip();
    } catch (JsonProcessingException cutOff) {
      return line;
    }
  }
}
