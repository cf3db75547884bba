package io.mooring.server.connection;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PartingTest {
  private static final long EXEMPT_NANOS = TimeUnit.SECONDS.toNanos(Parting.EXEMPT_SECONDS);

  @Test
  void endsADisplacedConnectionWhenItsTimeIsOver() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    try (Loops loops = new Loops(1)) {
      loops.start();
      Loop loop = loops.at(0);
      Parting parting = new Parting(loop, () -> closed.complete(null));
      long now = System.nanoTime();

      loop.run(
          () -> {
            parting.told(now - EXEMPT_NANOS + TimeUnit.MILLISECONDS.toNanos(100));
            parting.displaced(now);
          });

      closed.get(10, TimeUnit.SECONDS);
    }
  }
}
