package io.mooring.server.traffic;

import io.mooring.server.broker.Broker;
import io.mooring.server.history.Failure;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Retention;
import io.mooring.server.history.SnapshotFullException;
import io.mooring.server.history.UnavailableException;
import java.util.concurrent.CompletionStage;

/** A broker whose publications are counted and measured, whichever way they came in. */
public final class MeasuredBroker implements Broker {
  private final Broker broker;
  private final Traffic traffic;

  public MeasuredBroker(Broker broker, Traffic traffic) {
    this.broker = broker;
    this.traffic = traffic;
  }

  @Override
  public CompletionStage<Void> subscribe(String channel) {
    return broker.subscribe(channel);
  }

  @Override
  public CompletionStage<Void> resubscribe(String channel) {
    return broker.resubscribe(channel);
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    return broker.unsubscribe(channel);
  }

  @Override
  public CompletionStage<Position> publish(
      String channel, Publication publication, Retention retention) {
    long asked = System.nanoTime();
    return broker
        .publish(channel, publication, retention)
        .whenComplete(
            (position, failure) -> {
              if (failure == null) {
                traffic.published(System.nanoTime() - asked);
              } else {
                traffic.notPublished(outcome(failure));
              }
            });
  }

  private static String outcome(Throwable failure) {
    Throwable cause = Failure.cause(failure);
    if (cause instanceof UnavailableException) {
      return "unavailable";
    }
    return cause instanceof SnapshotFullException ? "snapshot_full" : "failed";
  }
}
