package io.mooring.cli.tier;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What was built: jars, JVM options, AOT caches.
 *
 * @param root the folder that holds the launcher
 */
public record Distribution(Path root) {
  private static final String ROOT = "mooring.root";

  /** The one that this process was started from by the launcher. */
  public static Distribution current() {
    String root = System.getProperty(ROOT);
    if (root == null) {
      throw new IllegalStateException("-D%s is not set: start by the launcher".formatted(ROOT));
    }
    return new Distribution(Path.of(root));
  }

  /** What a JVM is to be good at. */
  public enum Mode {
    /** Starts soon; see {@code deploy/jvm/development}. */
    DEVELOPMENT,
    /** Runs fast once it is warm. */
    PRODUCTION,
    /** As in production, and writes its AOT cache when it ends. */
    TRAINING
  }

  /** Programs in Java: the jar in {@code lib} that starts with the module's name, and its main. */
  public enum Program {
    CLI("cli", "io.mooring.cli.Mooring"),
    CONTROL_PLANE("control-plane", "io.mooring.controlplane.ControlPlane"),
    AUTH_FILTER("auth-filter", "io.mooring.authfilter.AuthFilter"),
    WS_APP_SERVER("ws-app-server", "io.mooring.server.WsAppServer");

    private final String module;
    private final String main;

    Program(String module, String main) {
      this.module = module;
      this.main = main;
    }
  }

  /**
   * The command that runs a program, its own arguments still to be added. Without an AOT cache, or
   * with one that does not fit, it starts all the same, more slowly.
   */
  public List<String> command(Program program, Mode mode) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + options("common"));
    command.add("@" + options(program.module));
    Path cache = caches().resolve(program.module + ".aot");
    switch (mode) {
      case DEVELOPMENT -> {
        command.add("@" + options("development"));
        use(cache, command);
      }
      case PRODUCTION -> use(cache, command);
      case TRAINING -> command.add("-XX:AOTCacheOutput=" + cache);
    }
    command.add("-cp");
    command.add(jar(program).toString());
    command.add(program.main);
    return command;
  }

  private static void use(Path cache, List<String> command) {
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
  }

  /** The AOT caches, one for each program. */
  public Path caches() {
    return built().resolve("aot");
  }

  private Path built() {
    return root.resolve("deploy/target/mooring");
  }

  private Path options(String name) {
    return root.resolve("deploy/jvm").resolve(name);
  }

  private Path jar(Program program) {
    Path lib = built().resolve("lib");
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(lib, "mooring-" + program.module + "-[0-9]*.jar")) {
      for (Path jar : jars) {
        return jar;
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + lib, unreadable);
    }
    throw new IllegalStateException(
        "%s lacks %s: run ./mooring once".formatted(lib, program.module));
  }
}
