package io.mooring.server.api;

import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.history.Snapshot;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Requests share reads of a log to which others publish. */
public class SnapshotsRaceTest {
  private final Log log = new Log();
  private final Snapshots snapshots =
      new Snapshots(
          log,
          new Room(256 << 20, 10),
          snapshot -> new Snapshots.Page("" + snapshot.position().off(), new byte[0]));

  @Test
  void inWhateverOrderTheyMeetNobodyGetsWhatWasOldWhenTheyAsked() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsBefore(0)
        .actorsPerThread(2)
        .actorsAfter(1)
        .iterations(10)
        .invocationsPerIteration(200)
        .check(SnapshotsRaceTest.class);
  }

  @Operation
  public int publish() {
    return log.top.incrementAndGet();
  }

  @Operation
  public String read() throws InterruptedException {
    return snapshots.read("demo.room", null, Retention.DEFAULT).tag();
  }

  private static final class Log extends SnapshotsOnly {
    final AtomicInteger top = new AtomicInteger();

    @Override
    public CompletionStage<Position> top(String channel, Retention retention) {
      return CompletableFuture.completedFuture(position());
    }

    @Override
    public CompletionStage<Snapshot> snapshot(
        String channel, @Nullable Position since, Retention retention) {
      return CompletableFuture.completedFuture(
          new Snapshot(position(), true, true, new TreeMap<>()));
    }

    private Position position() {
      return new Position("e", top.get(), 1);
    }
  }
}
