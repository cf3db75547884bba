package io.mooring.cli.up;

import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The progress of a start: on a terminal one line whose parts get their ticks, elsewhere a line for
 * each part that becomes ready.
 */
final class StartDisplay {
  private final Terminal terminal;
  private final StatusLine line;
  private final Map<Part, Boolean> parts = new LinkedHashMap<>();
  private boolean complete;

  StartDisplay(Terminal terminal, StatusLine line) {
    this.terminal = terminal;
    this.line = line;
  }

  synchronized void started(Part part) {
    parts.put(part, false);
    if (!complete) {
      line.show(groups(""));
    }
  }

  synchronized void ready(Part part, long millis) {
    parts.put(part, true);
    if (terminal.live() && !complete) {
      line.show(groups(""));
    } else {
      terminal.err().println("%-10s ready after %.2f s".formatted(part.name(), millis / 1000.0));
    }
  }

  /** Everything is there, and the Envoys have this revision of the registry. */
  synchronized void complete(long revision) {
    line.show(groups(" (rev %d)".formatted(revision)));
    line.keep();
    complete = true;
  }

  private String groups(String revision) {
    return parts.keySet().stream()
        .collect(Collectors.groupingBy(Part::kind, LinkedHashMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(group -> group(group.getKey(), group.getValue(), revision))
        .collect(Collectors.joining(" "));
  }

  private String group(Kind kind, List<Part> members, String revision) {
    boolean complete = members.stream().allMatch(member -> parts.getOrDefault(member, false));
    String mark = complete ? terminal.green("✔") : terminal.dim("·");
    return " "
        + mark
        + " "
        + switch (kind) {
          case VALKEY, CONTROL, AUTH -> shade(kind.program(), complete);
          case APP -> names(members) + (complete ? " ACTIVE" : "");
          case EDGE -> names(members) + (complete ? " in sync" + revision : "");
        };
  }

  private String names(List<Part> members) {
    List<String> names = new ArrayList<>();
    for (Part member : members) {
      names.add(shade(member.name(), parts.getOrDefault(member, false)));
    }
    return String.join(" ", names);
  }

  private String shade(String name, boolean ready) {
    return ready ? name : terminal.dim(name);
  }
}
