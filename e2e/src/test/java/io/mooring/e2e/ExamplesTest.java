package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.e2e.Browser.Tab;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs of the clients' pages do what the pages say, each as it stands there. */
@Tag("untimed")
class ExamplesTest {
  private static final Path ROOT = Path.of(System.getProperty("mooring.root")).normalize();
  private static final List<String> PAGES =
      List.of(
          "client-js/README.md",
          "docs/client-js.md",
          "client-java/README.md",
          "docs/client-java.md");

  /** What the first program is written for: the first edge of {@code up} at its usual port. */
  private static final URI USUAL_ORIGIN = URI.create("https://localhost:8443");

  /** After a title, an empty line, and the fence. */
  private static final int FIRST_LINE = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Browser browser;
  private static String token;
  private static Path modules;

  @BeforeAll
  static void up() throws Exception {
    tier = Tier.up(state);
    tier.allowOrigin(USUAL_ORIGIN.toString());
    token = tier.token();
    browser = Browser.start(tier, USUAL_ORIGIN.getPort(), tier.edge().getPort());
    modules = modules();
  }

  /** A folder in which {@code @mooring/client} and {@code ws} are installed. */
  private static Path modules() throws IOException {
    Path folder = Path.of("target", "examples").toAbsolutePath();
    Path installed = folder.resolve("node_modules");
    Path client = ROOT.resolve("client-js").toAbsolutePath();
    link(installed.resolve("@mooring/client"), client);
    link(installed.resolve("ws"), client.resolve("node_modules/ws"));
    return folder;
  }

  private static void link(Path place, Path target) throws IOException {
    Files.createDirectories(place.getParent());
    Files.deleteIfExists(place);
    Files.createSymbolicLink(place, target);
  }

  private static List<Example> of(String... kinds) throws IOException {
    List<Example> examples = new ArrayList<>();
    for (String page : PAGES) {
      Example.in(ROOT, page).stream()
          .filter(example -> List.of(kinds).contains(example.kind()))
          .forEach(examples::add);
    }
    return examples;
  }

  static List<Example> forBrowsers() throws IOException {
    return of("js");
  }

  static List<Example> forNode() throws IOException {
    return of("js", "js node");
  }

  static List<Example> forJava() throws IOException {
    return of("java");
  }

  @Test
  void thePagesBeginWithTheSameProgramAsTheirPackage() throws IOException {
    for (String client : List.of("client-js", "client-java")) {
      Example packaged = Example.in(ROOT, client + "/README.md").getFirst();
      Example page = Example.in(ROOT, "docs/" + client + ".md").getFirst();

      assertEquals(packaged.program(), page.program());
      assertEquals(FIRST_LINE, page.line());
    }
  }

  @Test
  void everyProgramIsRun() throws IOException {
    List<Example> all = new ArrayList<>();
    for (String page : PAGES) {
      all.addAll(Example.in(ROOT, page));
    }

    assertEquals(all, of("js", "js node", "java"));
  }

  @ParameterizedTest
  @MethodSource("forBrowsers")
  void aPlainPagePrintsWhatItsProgramIsSaidTo(Example example) throws IOException {
    URI page = USUAL_ORIGIN.resolve("/hello");
    browser.serve(page, "text/html", Example.shown(ROOT, example.page(), "html"));
    browser.serve(USUAL_ORIGIN.resolve("/hello.js"), "text/javascript", example.program());
    browser.serve(
        USUAL_ORIGIN.resolve("/mooring.js"),
        "text/javascript",
        Files.readString(ROOT.resolve("client-js/dist/mooring.js")));

    Tab tab = browser.open(page);

    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertEquals(
                    List.of(),
                    example.missing(tab.printed()),
                    () -> example + " printed " + tab.printed()));
    tab.close();
  }

  @ParameterizedTest
  @MethodSource("forNode")
  void nodePrintsWhatItsProgramIsSaidTo(Example example) throws Exception {
    run(example, Foreign.node(file(modules, example, ".mjs")), tier.edge());
  }

  @ParameterizedTest
  @MethodSource("forJava")
  void javaPrintsWhatItsProgramIsSaidTo(Example example) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            ROOT.resolve("deploy/target/mooring/lib") + "/*",
            file(state, example, ".java").toString());

    run(example, command, tier.edgePlain());
  }

  private static Path file(Path folder, Example example, String ending) throws IOException {
    String name = "Example" + example.toString().replaceAll("[^A-Za-z0-9]", "_");
    return Files.writeString(folder.resolve(name + ending), example.program());
  }

  /** Until it has printed everything; what prints nothing is to end by itself. */
  private static void run(Example example, List<String> command, URI edge) throws Exception {
    Path output = Files.createTempFile(state, "example", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("MOORING_URL", edge.toString());
    builder.environment().put("TOKEN", token);
    builder.environment().put("NODE_EXTRA_CA_CERTS", tier.addresses().path("ca").asText());
    builder.environment().put("USUAL_PORT", String.valueOf(USUAL_ORIGIN.getPort()));
    builder.environment().put("TRUE_PORT", String.valueOf(tier.edge().getPort()));
    Process process = builder.start();
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertEquals(
                      List.of(),
                      example.missing(Files.readAllLines(output)),
                      () -> example + " printed " + read(output)));
      if (example.output().isEmpty()) {
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), example::toString);
        assertEquals(0, process.exitValue(), () -> example + " printed " + read(output));
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
