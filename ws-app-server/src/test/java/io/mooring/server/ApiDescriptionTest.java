package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Publisher.Answer;
import io.mooring.server.stand.Schemathesis;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The served {@code openapi.yaml} says what the server does. */
class ApiDescriptionTest {
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH");

  @TempDir private Path folder;
  private Stand stand;

  @BeforeEach
  void start() throws IOException {
    stand = new Stand(folder, "--namespaces.default.open=true");
  }

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void itNamesExactlyTheMethodsOfEachPath() throws Exception {
    try (Publisher nobody = new Publisher(stand.server().httpPort())) {
      JsonNode paths = new YAMLMapper().readTree(nobody.get("openapi.yaml").body()).path("paths");
      assertFalse(paths.isEmpty());
      for (Map.Entry<String, JsonNode> path : paths.properties()) {
        String below =
            path.getKey()
                .replace("/api/v1/", "")
                .replace("{ch}", "demo.room")
                .replace("{id}", "ann");
        List<String> described = new ArrayList<>();
        for (String method : METHODS) {
          if (path.getValue().has(method.toLowerCase(Locale.ROOT))) {
            described.add(method);
          }
        }
        for (String method : METHODS) {
          Answer answer = nobody.ask(method, below, "");
          if (described.contains(method)) {
            assertTrue(answer.status() == 401 || answer.status() == 200, method + " " + below);
          } else {
            assertEquals(405, answer.status(), method + " " + below);
            assertEquals(String.join(", ", described), answer.header("allow").orElse(""));
          }
        }
      }
    }
  }

  @Test
  void noRequestGetsAnAnswerThatItDoesNotDescribe() throws Exception {
    Channels all = new Channels(List.of("*"), List.of("*"));
    String token =
        stand.edge().token(new Grant("fuzz", Optional.empty(), "admin", all, Duration.ofHours(1)));
    long seed = Long.getLong("mooring.fuzz.seed", System.nanoTime() % 1_000_000_000);

    Schemathesis.Verdict verdict =
        Schemathesis.run(
            URI.create("http://127.0.0.1:" + stand.server().httpPort() + "/api/v1/openapi.yaml"),
            token,
            seed);

    assertTrue(
        verdict.passed(),
        () -> "-Dmooring.fuzz.seed=" + seed + "\n" + verdict.output().replace(token, "…"));
  }
}
