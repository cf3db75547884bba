package io.mooring.process;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import sun.misc.Signal;

/**
 * The life of a process: read the configuration, start, wait for SIGTERM or SIGINT, close, exit. A
 * {@link Departing} one is closed when it has departed, for which it need not be told. A second
 * signal ends it at once, whatever it is about to finish.
 */
public final class Program {
  private static final Logger log = LoggerFactory.getLogger(Program.class);

  /** Exit codes: the start failed; the configuration or a flag cannot be used. */
  private static final int FAILED = 1;

  private static final int USAGE = 2;
  private static final int TERMINATED = 143;

  private Program() {}

  /** Starts a process. */
  @FunctionalInterface
  public interface Starter<C> {
    /**
     * @return the running process, closed when it is told to stop
     * @throws StartException with what is in the way and what to do
     */
    AutoCloseable start(C configuration) throws Exception;
  }

  /** Runs the process until it is told to stop; does not return. */
  public static <C extends Record> void run(
      String name, Class<C> type, String[] arguments, Starter<C> starter) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    C configuration;
    try {
      configuration = Configuration.read(type, List.of(arguments), System.getenv());
      Configuration.misspelt(type, List.of(arguments), System.getenv())
          .forEach(
              (variable, meant) ->
                  log.warn("event=variable_ignored name={} did_you_mean={}", variable, meant));
    } catch (ConfigurationException unusable) {
      System.err.println(name + ": " + unusable.getMessage());
      System.exit(USAGE);
      return;
    }
    CompletableFuture<Void> told = new CompletableFuture<>();
    for (String signal : List.of("TERM", "INT")) {
      Signal.handle(
          new Signal(signal),
          received -> {
            if (!told.complete(null)) {
              Runtime.getRuntime().halt(TERMINATED);
            }
          });
    }
    System.exit(live(name, configuration, starter, told));
  }

  private static <C> int live(
      String name, C configuration, Starter<C> starter, CompletableFuture<Void> told) {
    try (AutoCloseable running = starter.start(configuration)) {
      log.info("event=started process={} took_ms={}", name, uptimeMillis());
      awaitEnd(running, told);
      log.info("event=stopping process={}", name);
      return 0;
    } catch (StartException refused) {
      log.error("event=start_failed process={} reason=\"{}\"", name, refused.getMessage());
      System.err.println(name + ": " + refused.getMessage());
      return FAILED;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return FAILED;
    } catch (Exception failed) {
      log.error("event=failed process={}", name, failed);
      System.err.println(name + ": " + failed);
      return FAILED;
    }
  }

  private static void awaitEnd(AutoCloseable running, CompletableFuture<Void> told)
      throws InterruptedException, ExecutionException {
    if (!(running instanceof Departing departing)) {
      told.get();
      return;
    }
    CompletableFuture.anyOf(told, departing.departed()).get();
    if (told.isDone()) {
      departing.depart();
      departing.departed().get();
    }
  }

  private static long uptimeMillis() {
    return ProcessHandle.current()
        .info()
        .startInstant()
        .map(start -> System.currentTimeMillis() - start.toEpochMilli())
        .orElse(-1L);
  }
}
