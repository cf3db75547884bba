package io.mooring.server.connection;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.frame.CloseCode;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Loops take places and give them back while another thread ends the server. */
public class ConnectionsRaceTest {
  private static final int PLACES = 2;
  private static final int THREADS = 3;

  private final Connections connections = new Connections(PLACES);
  private final int[] heldBy = new int[THREADS + 2];
  private volatile @Nullable CompletableFuture<Void> emptied;

  @Test
  void inWhateverOrderTheyMeetNobodyIsTurnedAwayFromAFreePlaceAndTheLastOneOutIsHeard() {
    new ModelCheckingOptions()
        .threads(THREADS)
        .actorsBefore(0)
        .actorsPerThread(2)
        .actorsAfter(0)
        .iterations(15)
        .invocationsPerIteration(200)
        .check(ConnectionsRaceTest.class);
  }

  @Operation
  public boolean reserve(@Param(gen = ThreadIdGen.class) int thread) {
    boolean in = connections.reserve();
    heldBy[thread] += in ? 1 : 0;
    return in;
  }

  @Operation
  public boolean release(@Param(gen = ThreadIdGen.class) int thread) {
    if (heldBy[thread] == 0) {
      return false;
    }
    heldBy[thread]--;
    connections.release();
    return true;
  }

  @Operation
  public int count() {
    return connections.count();
  }

  @Operation(runOnce = true)
  public void closeAll() {
    emptied = connections.closeAll(CloseCode.DRAIN);
  }

  @Validate
  public void whoWaitsForTheLastOneHearsOfIt() {
    CompletableFuture<Void> waiting = emptied;
    if (waiting != null && connections.count() == 0) {
      assertTrue(waiting.isDone(), "the last one is out, and nobody heard of it");
    }
  }
}
