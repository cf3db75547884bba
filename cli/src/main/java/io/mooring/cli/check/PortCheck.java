package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.PORTS;

import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.TakenPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The ports of a tier: free, its own, or in somebody else's hands. */
final class PortCheck {
  private PortCheck() {}

  /**
   * @param own the processes of the tier that is up
   */
  static List<Finding> findings(Shape shape, Set<Long> own, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    List<TakenPort> taken = TakenPort.of(shape);
    int all =
        shape.members().stream()
            .mapToInt(member -> member.kind().ports(member.number(), shape.portBase()).size())
            .sum();
    int ours = 0;
    for (TakenPort port : taken) {
      if (port.holder().filter(process -> own.contains(process.pid())).isPresent()) {
        ours++;
      } else if (!port.listened()) {
        findings.add(
            Finding.warning(PORTS, port.text(), "wait a minute, or " + elsewhere(shape, state)));
      } else {
        findings.add(Finding.failed(PORTS, port.text(), "stop it, or " + elsewhere(shape, state)));
      }
    }
    findings.addFirst(
        Finding.ok(
            PORTS,
            "%d free, %d in use by the tier that is up".formatted(all - taken.size(), ours)));
    return findings;
  }

  private static String elsewhere(Shape shape, StateFolder state) {
    return state.command("up --port-base " + (shape.portBase() + 10_000));
  }
}
