package io.mooring.containers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The images of this working tree, built once. */
final class Images {
  static final Path ROOT = Path.of(System.getProperty("mooring.root")).toAbsolutePath().normalize();

  /** Not the tag that people use: a test replaces nobody's images. */
  static final String TAG = "test";

  /** What the images are built on; a base that is here already, where none can be pulled. */
  private static final String BASE =
      Objects.requireNonNullElse(System.getenv("MOORING_BASE_IMAGE"), "debian:bookworm-slim");

  static final List<String> TARGETS =
      List.of("control-plane", "auth-filter", "ws-app-server", "envoy", "valkey");

  private static boolean built;

  private Images() {}

  static synchronized void build() throws IOException, InterruptedException {
    if (!built) {
      run("deploy/images/build", "--base", BASE, "--tag", TAG);
      built = true;
    }
  }

  static String name(String target) {
    return "mooring/" + target + ":" + TAG;
  }

  /** Runs a script of this tree and returns what it printed. */
  static String run(String script, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve(script).toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new AssertionError("%s ended with %d: %s".formatted(command, exit, output));
    }
    return output;
  }
}
