package io.mooring.e2e;

import io.mooring.programs.ValkeyProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process of a tier whose wall clock can be set while it runs, by libfaketime (Debian package
 * {@code libfaketime}). Monotonic time goes on as ever, as on a machine whose clock is set.
 */
final class Clocks implements AutoCloseable {
  private static final List<Path> LIBRARIES =
      List.of(Path.of("/usr/lib"), Path.of("/usr/local/lib"));
  private static final String NAME = "libfaketimeMT.so.1";

  private final Path offset;
  private final Process process;

  private Clocks(Path offset, Process process) {
    this.offset = offset;
    this.process = process;
  }

  /** Ends Valkey and starts it again on its data, with a clock of its own that is right as yet. */
  static Clocks valkey(Tier tier) throws IOException {
    URI redis = URI.create(tier.addresses().path("redis").asText());
    // It gives itself another title, so that its command line tells only the program.
    Path program = Files.readSymbolicLink(proc(tier, "valkey").resolve("exe"));
    return start(
        tier,
        "valkey",
        ValkeyProgram.command(program, tier.state().resolve("data/valkey"), redis.getPort()));
  }

  /** Ends a control plane and starts it again, with a clock of its own that is right as yet. */
  static Clocks control(Tier tier, String name) throws IOException {
    String command = Files.readString(proc(tier, name).resolve("cmdline"), StandardCharsets.UTF_8);
    return start(tier, name, List.of(command.split("\0")));
  }

  private static Path proc(Tier tier, String name) {
    return Path.of("/proc", tier.process(name).path("pid").asText());
  }

  private static Clocks start(Tier tier, String name, List<String> command) throws IOException {
    tier.kill(name);
    Path offset = tier.state().resolve(name + ".clock");
    Files.writeString(offset, "+0");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                    tier.state().resolve("log/" + name + ".log").toFile()));
    builder.environment().put("LD_PRELOAD", library().toString());
    builder.environment().put("FAKETIME_TIMESTAMP_FILE", offset.toString());
    builder.environment().put("FAKETIME_NO_CACHE", "1");
    builder.environment().put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    return new Clocks(offset, builder.start());
  }

  /** Sets the clock so many seconds before or after the right time. */
  void set(long seconds) {
    Path next = offset.resolveSibling(offset.getFileName() + ".next");
    try {
      Files.writeString(next, "%+d".formatted(seconds));
      Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Path library() throws IOException {
    for (Path folder : LIBRARIES) {
      try (Stream<Path> found =
          Files.find(folder, 3, (path, file) -> path.endsWith("faketime/" + NAME))) {
        Path first = found.findFirst().orElse(null);
        if (first != null) {
          return first;
        }
      }
    }
    throw new AssertionError(NAME + " is not installed; Debian: apt-get install libfaketime");
  }
}
