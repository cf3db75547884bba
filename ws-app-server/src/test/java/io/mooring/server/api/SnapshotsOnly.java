package io.mooring.server.api;

import io.mooring.server.history.Excerpt;
import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A log of which only the top and the snapshot are asked for. */
abstract class SnapshotsOnly implements History {
  @Override
  public CompletionStage<Map<String, Position>> tops(
      Collection<String> channels, Map<String, Duration> keeping) {
    throw new UnsupportedOperationException("one channel only");
  }

  @Override
  public CompletionStage<Excerpt> read(
      String channel, long after, int messages, int bytes, Retention retention) {
    throw new UnsupportedOperationException("no snapshot");
  }

  @Override
  public CompletionStage<Position> renew(String channel, String epoch, Retention retention) {
    throw new UnsupportedOperationException("no snapshot");
  }

  @Override
  public CompletionStage<Boolean> complete(String channel, String epoch) {
    throw new UnsupportedOperationException("no snapshot");
  }
}
