package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.PORTS;

import io.mooring.cli.port.Ports;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The ports of a tier: free, its own, or in somebody else's hands. */
final class PortCheck {
  private PortCheck() {}

  /**
   * @param own the processes of the tier that is up
   */
  static List<Finding> findings(Shape shape, Set<Long> own) {
    List<Finding> findings = new ArrayList<>();
    int free = 0;
    int ours = 0;
    for (Shape.Member member : shape.members()) {
      for (Kind.Port port : member.kind().ports(member.number(), shape.portBase())) {
        if (Ports.isFree(port.number())) {
          free++;
          continue;
        }
        Optional<Ports.Holder> holder = Ports.holder(port.number());
        if (holder.filter(process -> own.contains(process.pid())).isPresent()) {
          ours++;
        } else {
          findings.add(
              Finding.failed(
                  PORTS,
                  "port %d (%s of %s) is in use by %s"
                      .formatted(
                          port.number(),
                          port.role(),
                          member.name(),
                          holder
                              .map(Ports.Holder::toString)
                              .orElse("a process that cannot be seen from here")),
                  "stop it, or ./mooring up --port-base " + (shape.portBase() + 10_000)));
        }
      }
    }
    findings.addFirst(
        Finding.ok(PORTS, "%d free, %d in use by the tier that is up".formatted(free, ours)));
    return findings;
  }
}
