package io.mooring.cli.tier;

import io.mooring.cli.port.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A port of a tier on which somebody listens.
 *
 * @param member whose port it is, or would be
 * @param holder who listens; empty when that process cannot be seen from here
 */
public record TakenPort(Shape.Member member, Kind.Port port, Optional<Ports.Holder> holder) {
  /** All of them. */
  public static List<TakenPort> of(Shape shape) {
    List<TakenPort> taken = new ArrayList<>();
    for (Shape.Member member : shape.members()) {
      for (Kind.Port port : member.kind().ports(member.number(), shape.portBase())) {
        if (!Ports.isFree(port.number())) {
          taken.add(new TakenPort(member, port, Ports.holder(port.number())));
        }
      }
    }
    return taken;
  }

  /** {@code port 7200 (websocket of app-1) is in use by process 17 (java …)}. */
  public String text() {
    return "port %d (%s of %s) is in use by %s"
        .formatted(
            port.number(),
            port.role(),
            member.name(),
            holder.map(Ports.Holder::toString).orElse("a process that cannot be seen from here"));
  }
}
