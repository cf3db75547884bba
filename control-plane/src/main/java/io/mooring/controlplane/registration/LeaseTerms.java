package io.mooring.controlplane.registration;

import java.time.Duration;

/**
 * The terms of a lease; a part of the control plane's configuration.
 *
 * @param ttl how long a lease lasts after the last renewal that was seen
 * @param heartbeat how often servers renew; they add ± 10 %
 */
public record LeaseTerms(Duration ttl, Duration heartbeat) {
  public LeaseTerms {
    if (heartbeat.compareTo(Duration.ofMillis(100)) < 0
        || ttl.compareTo(heartbeat.multipliedBy(2)) < 0
        || ttl.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "heartbeat is "
              + heartbeat.toMillis()
              + "ms and ttl "
              + ttl.toMillis()
              + "ms; expected a heartbeat of 100ms or more, and a ttl of at least two heartbeats"
              + " and at most an hour");
    }
  }
}
