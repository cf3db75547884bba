package io.mooring.e2e.crowd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Feels whether the crowd's loop runs, and remembers when it did not. Belongs to that loop. */
final class Pulse {
  static final long EVERY_MILLIS = 5;
  private static final long NOTICEABLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final List<Standstill> standstills = new ArrayList<>();
  private long last;

  Pulse(long now) {
    this.last = now;
  }

  void beat(long now) {
    if (now - last > NOTICEABLE_NANOS) {
      standstills.add(new Standstill(last, now));
    }
    last = now;
  }

  List<Standstill> standstills() {
    return List.copyOf(standstills);
  }

  void clear() {
    standstills.clear();
  }
}
