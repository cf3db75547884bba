package io.mooring.process;

import java.util.concurrent.CompletableFuture;

/** A process of which a test sees what it does, line by line on standard error. */
final class Errand implements Departing {
  enum End {
    /** Without being told. */
    BY_ITSELF,
    /** As soon as it is told. */
    WHEN_TOLD,
    /** Not even when it is told. */
    NEVER
  }

  @ConfigurationOf("errand")
  record Config(End ends) {}

  private final End end;
  private final CompletableFuture<Void> departed = new CompletableFuture<>();

  private Errand(End end) {
    this.end = end;
  }

  public static void main(String[] arguments) {
    Program.run("errand", Config.class, arguments, config -> new Errand(config.ends()).start());
  }

  private Errand start() {
    System.err.println("started");
    if (end == End.BY_ITSELF) {
      departed.complete(null);
    }
    return this;
  }

  @Override
  public void depart() {
    System.err.println("told");
    if (end == End.WHEN_TOLD) {
      departed.complete(null);
    }
  }

  @Override
  public CompletableFuture<Void> departed() {
    return departed;
  }

  @Override
  public void close() {
    System.err.println("closed");
  }
}
