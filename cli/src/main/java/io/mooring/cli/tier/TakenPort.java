package io.mooring.cli.tier;

import io.mooring.cli.port.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A port of a tier that is not free.
 *
 * @param member whose port it is, or would be
 * @param listened somebody listens there; else it is the near end of a connection
 * @param holder who listens; empty when that process cannot be seen from here
 */
public record TakenPort(
    Shape.Member member, Kind.Port port, boolean listened, Optional<Ports.Holder> holder) {
  /** All of them. */
  public static List<TakenPort> of(Shape shape) {
    List<TakenPort> taken = new ArrayList<>();
    for (Shape.Member member : shape.members()) {
      for (Kind.Port port : member.kind().ports(member.number(), shape.portBase())) {
        if (!Ports.isFree(port.number())) {
          taken.add(
              new TakenPort(
                  member, port, Ports.isListened(port.number()), Ports.holder(port.number())));
        }
      }
    }
    return taken;
  }

  /** {@code port 7200 (websocket of app-1) is in use by process 17 (java …)}. */
  public String text() {
    return "port %d (%s of %s) is %s".formatted(port.number(), port.role(), member.name(), use());
  }

  private String use() {
    return !listened
        ? "the near end of a connection, open or ended within the last minute; nobody listens there"
        : "in use by "
            + holder.map(Ports.Holder::toString).orElse("a process that cannot be seen from here");
  }
}
