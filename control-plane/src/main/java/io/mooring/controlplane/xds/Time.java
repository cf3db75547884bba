package io.mooring.controlplane.xds;

import com.google.protobuf.Duration;

/** Lengths of time as Envoy reads them. */
final class Time {
  static final Duration NONE = Duration.getDefaultInstance();

  private Time() {}

  static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  static Duration millis(long millis) {
    return of(java.time.Duration.ofMillis(millis));
  }

  static Duration of(java.time.Duration length) {
    return Duration.newBuilder().setSeconds(length.toSeconds()).setNanos(length.getNano()).build();
  }
}
