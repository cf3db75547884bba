package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.MACHINE;

import io.mooring.cli.child.OpenFiles;
import io.mooring.cli.child.Spawner;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The JDK, the limits, and what the launcher needs of the system. */
final class MachineCheck {
  private static final int JDK = 25;

  /** Two a socket at an Envoy; below it, a tier of hundreds of sockets already fails. */
  private static final long FEW_DESCRIPTORS = 1024;

  private static final long ENOUGH_DESCRIPTORS = 20_000;

  private MachineCheck() {}

  static List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    int feature = Runtime.version().feature();
    String jdk = "JDK %s at %s".formatted(Runtime.version(), System.getProperty("java.home"));
    findings.add(
        feature == JDK
            ? Finding.ok(MACHINE, jdk)
            : Finding.warning(MACHINE, jdk, "Mooring is built for JDK " + JDK));
    findings.add(descriptors());
    findings.add(
        Spawner.bindsLives()
            ? Finding.ok(MACHINE, "setpriv: processes of a tier die with the command")
            : Finding.warning(
                MACHINE,
                "no setpriv: after kill -9 of the command, its processes live on",
                "on Linux, install util-linux; ./mooring down ends what is left"));
    return findings;
  }

  private static Finding descriptors() {
    OptionalLong limit = OpenFiles.limit();
    if (limit.isEmpty()) {
      return Finding.warning(MACHINE, "the limit of open files is not known here", "ulimit -n");
    }
    String what = "open files: %d a process".formatted(limit.getAsLong());
    String hint = "ulimit -n %d, before ./mooring up".formatted(ENOUGH_DESCRIPTORS);
    if (limit.getAsLong() < FEW_DESCRIPTORS) {
      return Finding.failed(MACHINE, what, hint);
    }
    return limit.getAsLong() < ENOUGH_DESCRIPTORS
        ? Finding.warning(
            MACHINE, what + ", enough for %d sockets".formatted(limit.getAsLong() / 2), hint)
        : Finding.ok(MACHINE, what);
  }
}
