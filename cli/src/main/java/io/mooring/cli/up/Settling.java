package io.mooring.cli.up;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminWatch;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits until all Envoys have acknowledged the registry as it is after the last server came. */
final class Settling {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final AdminWatch admin;
  private final int envoys;

  Settling(AdminWatch admin, int envoys) {
    this.admin = admin;
    this.envoys = envoys;
  }

  /** The revision that they have; after the patience, the one that they were sent. */
  long await() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      AdminApi.Fleet fleet = admin.fleet();
      long inSync = fleet.envoys().stream().filter(AdminApi.Envoy::inSync).count();
      if (inSync >= envoys || System.nanoTime() > deadline) {
        return fleet.revision();
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
