package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.MACHINE;

import io.mooring.cli.child.OpenFiles;
import io.mooring.cli.child.Spawner;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The JDK, the limits, and what the launcher needs of the system. */
final class MachineCheck {
  private static final int JDK = 25;

  /** A tier of hundreds of sockets already fails below it. */
  private static final long FEW_DESCRIPTORS = 1024;

  private static final Path PORT_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

  private MachineCheck() {}

  /**
   * @param sockets that one Envoy is to hold
   */
  static List<Finding> findings(Shape shape, int sockets, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    int feature = Runtime.version().feature();
    String jdk = "JDK %s at %s".formatted(Runtime.version(), System.getProperty("java.home"));
    findings.add(
        feature == JDK
            ? Finding.ok(MACHINE, jdk)
            : Finding.warning(MACHINE, jdk, "Mooring is built for JDK " + JDK));
    findings.add(descriptors(sockets, state));
    findings.addAll(outgoing(shape, sockets));
    findings.add(
        Spawner.bindsLives()
            ? Finding.ok(MACHINE, "setpriv: processes of a tier die with the command")
            : Finding.warning(
                MACHINE,
                "no setpriv: after kill -9 of the command, its processes live on",
                "on Linux, install util-linux; " + state.command("down") + " ends what is left"));
    return findings;
  }

  private static Finding descriptors(int sockets, StateFolder state) {
    OptionalLong limit = OpenFiles.limit();
    if (limit.isEmpty()) {
      return Finding.warning(MACHINE, "the limit of open files is not known here", "ulimit -n");
    }
    long wanted = OpenFiles.wanted(sockets);
    String what =
        "open files: %d a process, enough for %d sockets an Envoy"
            .formatted(limit.getAsLong(), OpenFiles.sockets(limit.getAsLong()));
    String hint =
        "%d sockets need ulimit -n %d, before %s".formatted(sockets, wanted, state.command("up"));
    if (limit.getAsLong() < FEW_DESCRIPTORS) {
      return Finding.failed(MACHINE, what, hint);
    }
    return limit.getAsLong() < wanted
        ? Finding.warning(MACHINE, what, hint)
        : Finding.ok(MACHINE, what);
  }

  /** The ports from which connections go out: enough for the sockets, and not those of the tier. */
  private static List<Finding> outgoing(Shape shape, int sockets) {
    String[] ends = portRange().split("\\s+");
    if (ends.length != 2) {
      return List.of();
    }
    int first = Integer.parseInt(ends[0]);
    int last = Integer.parseInt(ends[1]);
    int count = last - first + 1;
    String what =
        "ip_local_port_range %d-%d: %d connections from one address to one server"
            .formatted(first, last, count);
    List<Finding> findings = new ArrayList<>();
    findings.add(
        count < sockets
            ? Finding.warning(MACHINE, what, "sysctl -w net.ipv4.ip_local_port_range='15000 64999'")
            : Finding.ok(MACHINE, what));
    String inside =
        shape.members().stream()
            .flatMap(member -> member.kind().ports(member.number(), shape.portBase()).stream())
            .map(Kind.Port::number)
            .filter(port -> port >= first && port <= last)
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    if (!inside.isEmpty()) {
      findings.add(
          Finding.warning(
              MACHINE,
              "an outgoing connection may take a port of the tier while its process is down: "
                  + inside,
              "choose a --port-base that keeps out of ip_local_port_range"));
    }
    return findings;
  }

  /** Two numbers; empty where there is no such file. */
  private static String portRange() {
    try (InputStream file = Files.newInputStream(PORT_RANGE)) {
      // The kernel gives such a file away in one read only.
      byte[] text = new byte[64];
      int length = file.read(text);
      return new String(text, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip();
    } catch (IOException notLinux) {
      return "";
    }
  }
}
