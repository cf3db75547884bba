package io.mooring.server.presence;

import io.mooring.server.loop.Strand;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The line from a strand to {@link Presence}. When it is broken, or this server has no name yet,
 * nothing is said for a moment. Belongs to the strand.
 */
final class Line {
  /** What is said, and its answer. */
  interface Answer<T extends @Nullable Object> {
    /**
     * @param answer null if it failed
     */
    void came(@Nullable T answer, boolean failed);
  }

  private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();

  final Presence presence;
  final LongSupplier nanos;
  private final Strand strand;
  private final Supplier<Optional<Holder>> self;
  private final LongAdder failures;
  private Optional<Holder> last = Optional.empty();
  private boolean broken;
  private boolean back;
  private long brokenSince;
  private long restUntil;
  private boolean nameless;
  private long namelessSince;

  /**
   * @param failures counts the calls that failed
   * @param nanos the clock
   */
  Line(
      Strand strand,
      Presence presence,
      Supplier<Optional<Holder>> self,
      LongAdder failures,
      LongSupplier nanos) {
    this.strand = strand;
    this.presence = presence;
    this.self = self;
    this.failures = failures;
    this.nanos = nanos;
  }

  /** As whom to speak now; empty if nothing can be said. */
  Optional<Holder> holder() {
    assert strand.inside();
    Optional<Holder> now = self.get();
    if (last.isEmpty()) {
      last = now;
    }
    if (now.isEmpty() && !nameless) {
      namelessSince = nanos.getAsLong();
    }
    nameless = now.isEmpty();
    return broken && restUntil - nanos.getAsLong() > 0 ? Optional.empty() : now;
  }

  /** Whether, since the last call, it was mended, or this server has got a new name. */
  boolean takeNews() {
    Optional<Holder> now = self.get();
    boolean news = back || now.isPresent() && last.isPresent() && !now.equals(last);
    if (now.isPresent()) {
      last = now;
    }
    back = false;
    return news;
  }

  /** Whether nothing has got through for so long that nothing that was said is believed now. */
  boolean isForgotten() {
    long now = nanos.getAsLong();
    long ttl = Presence.TTL.toNanos();
    return last.isEmpty()
        || nameless && now - namelessSince > ttl
        || broken && now - brokenSince > ttl;
  }

  /** Brings the answer of a call to the strand. */
  <T extends @Nullable Object> void await(CompletionStage<T> call, Answer<T> answer) {
    var ignored =
        call.whenComplete(
            (result, failure) ->
                strand.run(
                    () -> {
                      note(failure != null);
                      answer.came(result, failure != null);
                    }));
  }

  private void note(boolean failed) {
    if (failed) {
      failures.increment();
      long now = nanos.getAsLong();
      if (!broken) {
        brokenSince = now;
      }
      restUntil = now + REST_NANOS;
    } else if (broken) {
      back = true;
    }
    broken = failed;
  }
}
