package io.mooring.cli.up;

import io.mooring.cli.state.StateFolder;
import io.mooring.cli.state.TierLock;
import java.nio.file.Path;

/** A program for tests: takes the lock of a state folder, says so, and lives until it is killed. */
final class LockHolder {
  private LockHolder() {}

  public static void main(String[] arguments) throws InterruptedException {
    try (TierLock lock =
        TierLock.take(new StateFolder(Path.of(arguments[0])).create()).orElseThrow()) {
      System.out.println("locked " + lock);
      Thread.currentThread().join();
    }
  }
}
