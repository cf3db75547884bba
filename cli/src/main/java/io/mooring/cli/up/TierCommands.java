package io.mooring.cli.up;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.child.Child;
import io.mooring.cli.child.ChildException;
import io.mooring.cli.control.Refusal;
import io.mooring.cli.control.Request;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Blueprint;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.PartException;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.Tier;
import io.mooring.process.Suggestion;
import java.util.List;

/** Carries out what other commands ask of the running tier. */
final class TierCommands {
  private final Tier tier;
  private final Blueprint blueprint;
  private final Addresses addresses;
  private final StateFolder state;

  TierCommands(Tier tier, Blueprint blueprint, Addresses addresses, StateFolder state) {
    this.tier = tier;
    this.blueprint = blueprint;
    this.addresses = addresses;
    this.state = state;
  }

  ObjectNode answer(Request request) {
    try {
      return switch (request.verb()) {
        case STATUS -> addresses.json(tier);
        case DOWN -> down();
        case KILL -> kill(running(request));
        case TERM -> term(running(request));
        case FREEZE -> freeze(running(request));
        case RESUME -> resume(running(request));
        case START -> described(tier.start(() -> ended(request)));
        case ADD -> described(tier.start(() -> next(request.name())));
      };
    } catch (PartException failed) {
      throw new Refusal(
          "%s; the end of %s:\n  | %s"
              .formatted(
                  failed.getMessage(), failed.log(), String.join("\n  | ", failed.lastLines())),
          state.command("check"));
    } catch (ChildException failed) {
      throw new Refusal(String.valueOf(failed.getMessage()), "");
    }
  }

  /** The JVM's shutdown hook does the work; the connection ends with the process. */
  private static ObjectNode down() {
    Thread.ofPlatform().name("down").start(() -> System.exit(0));
    return JsonNodeFactory.instance.objectNode().put("stopping", true);
  }

  private ObjectNode term(Tier.Running running) {
    require(running, Child.State.RUNNING);
    running.child().terminate();
    return described(running);
  }

  private ObjectNode kill(Tier.Running running) {
    require(running, Child.State.RUNNING, Child.State.FROZEN);
    running.child().kill();
    return described(running);
  }

  private ObjectNode freeze(Tier.Running running) {
    require(running, Child.State.RUNNING);
    running.child().freeze();
    return described(running);
  }

  private ObjectNode resume(Tier.Running running) {
    require(running, Child.State.FROZEN);
    running.child().resume();
    return described(running);
  }

  private Part ended(Request request) {
    Tier.Running ended = running(request);
    require(ended, Child.State.EXITED);
    return ended.part();
  }

  private Part next(String name) {
    int next =
        1
            + tier.all().stream()
                .map(Tier.Running::part)
                .filter(TierCommands::isServer)
                .mapToInt(Part::number)
                .max()
                .orElse(0);
    String expected = Kind.APP.name(next);
    if (!name.isEmpty() && !name.equals(expected)) {
      throw new Refusal(
          "\"%s\" cannot be added: the next app server is %s".formatted(name, expected),
          state.command("dev add"));
    }
    if (next > Shape.Size.MOST) {
      throw new Refusal("a tier has at most %d app servers".formatted(Shape.Size.MOST), "");
    }
    return blueprint.part(new Shape.Member(Kind.APP, next));
  }

  private static boolean isServer(Part part) {
    return part.kind() == Kind.APP;
  }

  private Tier.Running running(Request request) {
    return tier.find(request.name()).orElseThrow(() -> unknown(request));
  }

  private Refusal unknown(Request request) {
    List<String> names = tier.all().stream().map(running -> running.part().name()).toList();
    return new Refusal(
        "no part is named \"%s\"; there are %s".formatted(request.name(), String.join(", ", names)),
        Suggestion.nearest(request.name(), names)
            .map(name -> "dev %s %s".formatted(request.verb().word(), name))
            .map(meant -> "did you mean %s?".formatted(state.command(meant)))
            .orElse(""));
  }

  private void require(Tier.Running running, Child.State... expected) {
    Child.State found = running.child().state();
    if (!List.of(expected).contains(found)) {
      String name = running.part().name();
      throw new Refusal(
          "%s is %s".formatted(name, found.word()),
          switch (found) {
            case RUNNING -> state.command("dev kill|freeze " + name);
            case FROZEN -> state.command("dev resume|kill " + name);
            case EXITED -> state.command("dev start " + name);
          });
    }
  }

  private static ObjectNode described(Tier.Running running) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", running.part().name())
        .put("pid", running.child().pid())
        .put("state", running.child().state().word());
    ObjectNode ports = json.putObject("ports");
    running.part().ports().forEach(port -> ports.put(port.role(), port.number()));
    return json;
  }
}
