package io.mooring.cli.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Remembers the processes of a tier in {@code run/<name>.pid}, so that the next {@code up} or
 * {@code down} ends what an earlier one had to leave: where the kernel binds no lives together,
 * kill -9 of the supervisor orphans its children.
 */
public final class Leftovers {
  /** A process id is reused sooner or later; a start time with it is not. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private Leftovers() {}

  /** Notes that {@code name} runs as {@code process}. */
  public static void remember(StateFolder state, String name, long pid) {
    Instant started =
        ProcessHandle.of(pid).flatMap(handle -> handle.info().startInstant()).orElse(Instant.EPOCH);
    StateFolder.write(file(state, name), (pid + " " + started).getBytes(StandardCharsets.US_ASCII));
  }

  public static void forget(StateFolder state, String name) {
    try {
      Files.deleteIfExists(file(state, name));
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot delete " + file(state, name), refused);
    }
  }

  /**
   * Kills what is still alive and forgets the rest; only for the holder of the {@link TierLock}.
   *
   * @return the names of the processes that were killed
   */
  public static List<String> end(StateFolder state) {
    List<String> killed = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(state.run(), "*.pid")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replaceAll("\\.pid$", "");
        Optional<ProcessHandle> left = alive(Files.readString(file));
        if (left.map(ProcessHandle::destroyForcibly).orElse(false)) {
          killed.add(name);
          // Its ports are free only when it is gone.
          left.get().onExit().completeOnTimeout(left.get(), 2, TimeUnit.SECONDS).join();
        }
        Files.delete(file);
      }
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot clean " + state.run(), refused);
    }
    return killed;
  }

  private static Optional<ProcessHandle> alive(String record) {
    String[] parts = record.strip().split(" ");
    if (parts.length != 2) {
      return Optional.empty();
    }
    try {
      Instant started = Instant.parse(parts[1]);
      return ProcessHandle.of(Long.parseLong(parts[0]))
          // A dead process that nobody has waited for yet has no command any more.
          .filter(handle -> handle.info().command().isPresent())
          .filter(
              handle ->
                  handle
                      .info()
                      .startInstant()
                      .map(now -> Duration.between(started, now).abs().compareTo(TOLERANCE) < 0)
                      .orElse(false));
    } catch (NumberFormatException | DateTimeParseException notOurs) {
      return Optional.empty();
    }
  }

  private static Path file(StateFolder state, String name) {
    return state.run().resolve(name + ".pid");
  }
}
