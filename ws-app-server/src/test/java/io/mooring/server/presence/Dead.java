package io.mooring.server.presence;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Whom the fleet knows to be dead, and since when. */
final class Dead {
  private final Map<Holder, Long> since = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  Dead(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void add(Holder holder) {
    since.put(holder, nanos.getAsLong());
  }

  void clear() {
    since.clear();
  }

  OptionalLong millis(Holder holder) {
    Long then = since.get(holder);
    return then == null
        ? OptionalLong.empty()
        : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - then));
  }
}
