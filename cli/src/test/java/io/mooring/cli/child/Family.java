package io.mooring.cli.child;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program for tests: starts children, prints their pids, and lives until it is killed. */
final class Family {
  private Family() {}

  public static void main(String[] arguments) throws InterruptedException {
    Path log = Path.of(arguments[0]);
    Spawner spawner = new Spawner();
    Child running = Child.start(spawner, List.of("sleep", "1000"), Map.of(), log);
    Child frozen = Child.start(spawner, List.of("sleep", "1000"), Map.of(), log);
    // Before it is the program itself, the signal that follows the parent is not armed.
    await()
        .until(
            () -> Files.readString(Path.of("/proc/" + frozen.pid() + "/comm")).equals("sleep\n"));
    frozen.freeze();
    System.out.println(running.pid() + " " + frozen.pid());
    Thread.currentThread().join();
  }
}
