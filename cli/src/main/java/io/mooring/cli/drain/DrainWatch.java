package io.mooring.cli.drain;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.admin.AdminRefusal;
import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.terminal.Terminal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Follows a drain until it is over: on a terminal by a line that is rewritten, elsewhere by a line
 * for each change, or for programs by the answers themselves.
 */
public final class DrainWatch {
  private static final Duration POLL = Duration.ofMillis(200);

  /** A drain goes on without a control plane; one that takes this long to return is given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Its next heartbeat, within half a second, and the leader's next look. */
  private static final Duration RELAPSE = Duration.ofSeconds(2);

  /** A control plane is there, but has no registry to tell it how far the drain is. */
  private static final int REGISTRY_AWAY = 503;

  /**
   * A drain to its end.
   *
   * @param clients the most that its server was seen to have
   */
  private record Seen(DrainProgress progress, long clients, Duration took) {}

  private final AdminApi admin;
  private final Terminal terminal;
  private final StatusLine line;
  private final Steps steps;
  private final Silence silence;

  /**
   * @param next what to do about a server that is not heard of
   */
  public DrainWatch(AdminApi admin, Terminal terminal, String next) {
    this.admin = admin;
    this.terminal = terminal;
    this.line = new StatusLine(terminal);
    this.steps = new Steps(terminal);
    this.silence = new Silence(admin, next);
  }

  /**
   * Blocks until it is over, and says how it ended.
   *
   * @param asked the answer to the request for the drain, or for its end
   * @return how it ended
   * @throws AdminException when the control planes stay away
   */
  public DrainPhase follow(JsonNode asked) {
    Seen seen = watched(asked);
    while (relapses(seen.progress().phase(), asked)) {
      seen = watched(ask(seen.progress().server()));
    }
    return told(seen);
  }

  /**
   * As {@link #follow}, of a drain that is being ended.
   *
   * @return how it ended; empty, with nothing said, if the server has asked for the next one itself
   */
  public Optional<DrainPhase> followCancel(JsonNode asked) {
    Seen seen = watched(asked);
    return relapses(seen.progress().phase(), asked) ? Optional.empty() : Optional.of(told(seen));
  }

  private DrainPhase told(Seen seen) {
    terminal
        .out()
        .println(new Outcome(terminal).text(seen.progress(), seen.clients(), seen.took()));
    return seen.progress().phase();
  }

  private Seen watched(JsonNode asked) {
    long start = System.nanoTime();
    DrainProgress progress = DrainProgress.of(asked);
    String server = progress.server();
    long clients = Math.max(progress.total(), progress.connections());
    if (!progress.phase().brokenOff()) {
      show(progress);
    }
    if (!terminal.live()) {
      steps.news(progress).forEach(line::above);
    }
    while (!progress.phase().over()) {
      LockSupport.parkNanos(POLL.toNanos());
      DrainProgress now = DrainProgress.of(ask(server));
      if (!terminal.live()) {
        steps.news(progress, now).forEach(line::above);
      }
      if (now.phase().brokenOff()) {
        line.keep();
      } else {
        show(now);
      }
      progress = now;
      clients = Math.max(clients, Math.max(now.total(), now.connections()));
      if (!now.phase().over()) {
        silence.news(server).ifPresent(news -> line.above(terminal.yellow("‼") + " " + news));
      }
    }
    if (terminal.live() && progress.phase() == DrainPhase.DRAINED) {
      line.show("");
      line.above(steps.whole(progress));
    }
    return new Seen(progress, clients, Duration.ofNanos(System.nanoTime() - start));
  }

  /** As {@link #followCancel}, with every answer that differs from the one before given away. */
  public Optional<DrainPhase> passCancel(JsonNode asked, Consumer<JsonNode> answers) {
    DrainPhase end = pass(asked, answers);
    return relapses(end, asked) ? Optional.empty() : Optional.of(end);
  }

  /** A server that was told to stop asks for its drain again when it hears that it ended. */
  private boolean relapses(DrainPhase end, JsonNode asked) {
    if (end != DrainPhase.CANCELLED) {
      return false;
    }
    long deadline = System.nanoTime() + RELAPSE.toNanos();
    boolean relapsed = false;
    while (!relapsed && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(POLL.toNanos());
      relapsed = DrainPhase.in(ask(asked.path("server").asText())) != DrainPhase.CANCELLED;
    }
    return relapsed;
  }

  /** As {@link #follow}, with every answer that differs from the one before given away. */
  public DrainPhase pass(JsonNode asked, Consumer<JsonNode> answers) {
    JsonNode answer = asked;
    answers.accept(answer);
    String server = answer.path("server").asText();
    DrainPhase phase = DrainPhase.in(answer);
    while (!phase.over()) {
      LockSupport.parkNanos(POLL.toNanos());
      JsonNode now = ask(server);
      if (!now.equals(answer)) {
        answers.accept(now);
      }
      answer = now;
      phase = DrainPhase.in(answer);
    }
    return phase;
  }

  private void show(DrainProgress progress) {
    line.show(steps.line(progress));
  }

  private JsonNode ask(String server) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return admin.drain(server);
      } catch (AdminException silent) {
        boolean refused = silent instanceof AdminRefusal answer && answer.status() != REGISTRY_AWAY;
        if (refused || System.nanoTime() > deadline) {
          throw silent;
        }
        line.show(" no control plane can tell; the drain goes on as it was told");
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }
}
