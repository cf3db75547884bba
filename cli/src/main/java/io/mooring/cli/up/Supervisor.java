package io.mooring.cli.up;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.CommandException;
import io.mooring.cli.child.Spawner;
import io.mooring.cli.control.ControlServer;
import io.mooring.cli.demo.DemoPage;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.cli.state.Leftovers;
import io.mooring.cli.state.SocketPath;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.state.TierLock;
import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Blueprint;
import io.mooring.cli.tier.Distribution;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.PartException;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.TakenPort;
import io.mooring.cli.tier.Tier;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Brings one tier up and holds it until this process ends; whatever ends it, ends the tier.
 *
 * <p>An orderly end is a JVM shutdown (Ctrl-C, SIGTERM, SIGHUP, {@code down}, a failed start): its
 * hook stops the parts in order. On kill -9 the kernel kills them ({@link Spawner}).
 */
public final class Supervisor {
  private final Shape shape;
  private final StateFolder state;
  private final Distribution distribution;
  private final Distribution.Mode mode;
  private final Tier.Patience patience;
  private final Terminal terminal;
  private final Timeline timeline;
  private final StatusLine line;
  private final StartDisplay display;
  private final DevelopmentKeys keys;

  public Supervisor(
      Shape shape,
      StateFolder state,
      Distribution distribution,
      Distribution.Mode mode,
      Tier.Patience patience,
      Terminal terminal,
      Timeline timeline) {
    this.shape = shape;
    this.state = state;
    this.distribution = distribution;
    this.mode = mode;
    this.patience = patience;
    this.terminal = terminal;
    this.timeline = timeline;
    this.line = new StatusLine(terminal);
    this.display = new StartDisplay(terminal, line);
    this.keys = new DevelopmentKeys(state.keys());
  }

  /** A tier that is up. */
  public record Up(Tier tier, ObjectNode addresses, List<String> text, List<String> timings) {}

  /**
   * Returns when every part is ready. The tier then lives until the JVM ends.
   *
   * @throws CommandException saying what is in the way; nothing is left running then
   */
  public Up start() {
    state.create();
    TierLock lock = takeLock();
    state.rememberPortBase(
        shape.portBase() == Kind.STANDARD_BASE
            ? OptionalInt.empty()
            : OptionalInt.of(shape.portBase()));
    Blueprint.Binaries binaries = new Fetching(line).find(shape.redis().isEmpty());
    timeline.mark("programs");
    shape.redis().ifPresent(Supervisor::requireRedis);
    requireFreePorts();
    keys.ensure(InstantSource.system());
    DemoPage page = DemoPage.start(keys);
    Blueprint blueprint =
        new Blueprint(shape, state, keys, page.address(), distribution, mode, binaries);
    List<Part> parts = blueprint.parts();
    timeline.mark("keys and configuration");
    Tier tier = new Tier(state, patience, new TierEvents(display, line, timeline, terminal, state));
    Addresses addresses = new Addresses(shape, keys);
    ControlServer control =
        ControlServer.start(
            SocketPath.of(state), new TierCommands(tier, blueprint, addresses, state)::answer);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  line.keep();
                  tier.close();
                  page.close();
                  control.close();
                  lock.close();
                }));
    try {
      tier.start(parts);
      long revision = new Settling(blueprint.admin(), shape.size().envoys()).await();
      display.complete(revision);
    } catch (PartException failed) {
      line.keep();
      tier.close();
      throw report(failed);
    }
    ObjectNode json = addresses.json(tier);
    timeline.addTo(json, tier);
    return new Up(tier, json, addresses.text(), timeline.table(tier));
  }

  private TierLock takeLock() {
    Optional<TierLock> lock = TierLock.take(state);
    if (lock.isEmpty()) {
      throw new CommandException(
          "a tier is up already in %s (supervisor: process %s)"
              .formatted(
                  state.root(),
                  TierLock.lastHolder(state).stream()
                      .mapToObj(Long::toString)
                      .findFirst()
                      .orElse("unknown")),
          "%s, or one beside it: ./mooring up --state-dir DIR --port-base %d"
              .formatted(state.command("down"), shape.portBase() + 10_000));
    }
    List<String> ended = Leftovers.end(state);
    if (!ended.isEmpty()) {
      line.above("ended what an earlier tier had left: " + String.join(", ", ended));
    }
    return lock.get();
  }

  private static void requireRedis(String url) {
    try (RedisConnection redis = RedisConnection.open(url)) {
      redis.ask("PING");
    } catch (IOException | IllegalArgumentException unusable) {
      throw new CommandException(
          "MOORING_REDIS_URL names %s, which cannot be used: %s"
              .formatted(RedisConnection.withoutPassword(url), unusable.getMessage()),
          "start it, or unset MOORING_REDIS_URL to have a Valkey started");
    }
  }

  private void requireFreePorts() {
    List<String> taken = TakenPort.of(shape).stream().map(TakenPort::text).toList();
    if (!taken.isEmpty()) {
      throw new CommandException(
          String.join("\n  ", taken),
          "stop what is there, or use other ports: "
              + state.command("up --port-base " + (shape.portBase() + 10_000)));
    }
  }

  private CommandException report(PartException failed) {
    StringBuilder message = new StringBuilder(String.valueOf(failed.getMessage()));
    message.append("; everything was stopped. The end of ").append(failed.log()).append(":");
    if (failed.lastLines().isEmpty()) {
      message.append("\n  (empty)");
    }
    failed.lastLines().forEach(said -> message.append("\n  | ").append(said));
    return new CommandException(message.toString(), state.command("check"));
  }
}
