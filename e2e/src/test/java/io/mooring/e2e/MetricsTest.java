package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the processes of a tier say at {@code /metrics}, and what the documentation says of it. */
@Tag("untimed")
class MetricsTest {
  private static final Path DOCUMENTED =
      Path.of(System.getProperty("mooring.root")).resolve("docs/operations.md");
  private static final Pattern NAME = Pattern.compile("`(mooring_\\w+)(?:\\{\\w+})?`");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^(mooring_\\w+?)(_bucket)?[ {]");

  @TempDir Path state;

  @Test
  void everyProcessHasTheMetricsThatAreDocumentedAndNoOthers() throws Exception {
    try (Tier tier = Tier.up(state, "--servers", "1", "--envoys", "1")) {
      try (Socket socket = tier.connect(tier.token()).get(10, TimeUnit.SECONDS)) {
        socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}");
        socket.await("subbed");
        socket.send("{\"op\":\"pub\",\"id\":2,\"ch\":\"demo.room\",\"data\":1}");
        socket.await("pubbed");
      }
      assertThrows(ExecutionException.class, () -> tier.connect("none").get(10, TimeUnit.SECONDS));

      Awaitility.await().until(() -> tier.metric(tier.http("app-1"), "mooring_closes_total") > 0);
      assertEquals(documented("ws-app-server"), served(tier.http("app-1")));
      assertEquals(documented("auth-filter"), served(tier.filter("auth-1")));
      assertEquals(documented("control-plane"), served(tier.control("control-1")));
    }
  }

  private static Set<String> documented(String process) throws IOException {
    String text = Files.readString(DOCUMENTED);
    int begin = text.indexOf("\n### " + process + "\n");
    assertTrue(begin > 0, () -> "a section of the metrics of " + process);
    Set<String> names = new TreeSet<>();
    text.substring(begin + 1)
        .lines()
        .skip(1)
        .takeWhile(line -> !line.startsWith("#"))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(0, line.indexOf('|', 1)))
        .forEach(cell -> NAME.matcher(cell).results().forEach(name -> names.add(name.group(1))));
    return names;
  }

  /** The names at {@code /metrics}, a histogram by its own. */
  private static Set<String> served(URI http) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String metrics =
          client
              .send(
                  HttpRequest.newBuilder(http.resolve("/metrics")).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Set<String> histograms = new TreeSet<>();
      Set<String> names = new TreeSet<>();
      SAMPLE
          .matcher(metrics)
          .results()
          .forEach(sample -> (sample.group(2) == null ? names : histograms).add(sample.group(1)));
      names.addAll(histograms);
      for (String histogram : histograms) {
        names.remove(histogram + "_sum");
        names.remove(histogram + "_count");
        names.remove(histogram + "_max");
      }
      return names;
    }
  }
}
