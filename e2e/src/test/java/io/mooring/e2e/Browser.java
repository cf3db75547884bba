package io.mooring.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.keys.EdgeCertificate;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Chromium (Debian package {@code chromium}), driven by Playwright in a process of its own.
 * It believes the edge of one tier, by its key. Any thread; one question at a time.
 */
final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process driver;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private int tabs;

  private Browser(Process driver) {
    this.driver = driver;
    this.requests = driver.outputWriter();
    this.answers = driver.inputReader();
  }

  /**
   * @param port of the tier's edge, as the browser's pages name it
   * @param place the port on loopback where the browser finds it in truth
   */
  static Browser start(Tier tier, int port, int place) throws IOException, InterruptedException {
    ObjectNode how =
        JSON.createObjectNode()
            .put("chromium", program())
            .put("profile", Files.createTempDirectory(tier.state(), "chromium").toString())
            .put("key", hash(tier.state().resolve("keys/edge.pem")))
            .put("rules", "MAP localhost:%d 127.0.0.1:%d".formatted(port, place));
    List<String> command = new ArrayList<>(Foreign.browser());
    command.add(how.toString());
    return new Browser(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Opens a page, and returns when it has loaded. */
  Tab open(URI page) {
    Tab tab = new Tab("tab-" + ++tabs);
    int status = tab.ask(tab.request("open").put("url", page.toString())).path("status").asInt();
    if (status != 200) {
      throw new AssertionError("%s was answered %d".formatted(page, status));
    }
    return tab;
  }

  /** From now on the browser finds that text at that address. */
  void serve(URI address, String type, String text) {
    ask(
        JSON.createObjectNode()
            .put("do", "serve")
            .put("url", address.toString())
            .put("type", type)
            .put("body", text));
  }

  /** The device has no network, as far as the browser knows. */
  void offline(boolean offline) {
    ask(JSON.createObjectNode().put("do", "offline").put("offline", offline));
  }

  @Override
  public void close() {
    try {
      requests.close();
      if (driver.waitFor(20, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException gone) {
      // The driver has ended, and has told why.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    driver.descendants().forEach(ProcessHandle::destroyForcibly);
    driver.destroyForcibly();
  }

  private synchronized JsonNode ask(ObjectNode request) {
    try {
      requests.write(request + "\n");
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new AssertionError("the browser's driver ended over " + request);
      }
      JsonNode json = JSON.readTree(answer);
      if (json.has("error")) {
        throw new AssertionError(json.path("error").asText());
      }
      return json;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static String program() {
    for (String name : NAMES) {
      for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
        Path program = Path.of(folder, name);
        if (!folder.isEmpty() && Files.isExecutable(program)) {
          return program.toString();
        }
      }
    }
    throw new AssertionError("no Chromium is on PATH; Debian: apt-get install chromium");
  }

  /** As Chromium names a key that it is to believe: base64 of the SHA-256 of what it is made of. */
  private static String hash(Path certificate) {
    byte[] key = EdgeCertificate.read(certificate).getPublicKey().getEncoded();
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * A row of the demo page.
   *
   * @param off the message's; 0 where messages are missing
   */
  record Row(long off, String text) {}

  /** A tab. */
  final class Tab {
    private final String name;

    private Tab(String name) {
      this.name = name;
    }

    /** What the demo page shows of its connection under that id. */
    String fact(String id) {
      return ask(request("read")).path("facts").path(id).asText();
    }

    /** The same as a number. */
    int count(String id) {
      return Integer.parseInt(fact(id));
    }

    /** Every row that the demo page has ever shown, in its order. */
    List<Row> rows() {
      List<Row> rows = new ArrayList<>();
      for (JsonNode row : ask(request("read")).path("rows")) {
        rows.add(new Row(row.path(0).asLong(), row.path(1).asText()));
      }
      return rows;
    }

    /** For how many milliseconds each the demo page had no socket, after it had one. */
    List<Integer> outages() {
      List<Integer> outages = new ArrayList<>();
      ask(request("read")).path("outages").forEach(outage -> outages.add(outage.asInt()));
      return outages;
    }

    /** How often the browser has told the page that nothing in it runs any more. */
    int freezes() {
      return ask(request("read")).path("freezes").asInt();
    }

    /** What the page has written to the console. */
    List<String> printed() {
      List<String> lines = new ArrayList<>();
      ask(request("printed")).path("lines").forEach(line -> lines.add(line.asText()));
      return lines;
    }

    /** Types it into the demo page, and sends it. */
    void say(String text) {
      ask(request("say").put("text", text));
    }

    /** The tab is in the background, and nothing in it runs; nor can it be asked. */
    void freeze() {
      ask(request("freeze"));
    }

    void thaw() {
      ask(request("thaw"));
    }

    /** A picture of the whole page. */
    void shoot(Path file, String scheme, int width, int height) {
      ask(
          request("shoot")
              .put("file", file.toString())
              .put("scheme", scheme)
              .put("width", width)
              .put("height", height));
    }

    void close() {
      ask(request("close"));
    }

    private ObjectNode request(String what) {
      return JSON.createObjectNode().put("do", what).put("tab", name);
    }

    private JsonNode ask(ObjectNode request) {
      return Browser.this.ask(request);
    }
  }
}
