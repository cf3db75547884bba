package io.mooring.server.broker;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Orders the publications of each channel and carries them to every server that subscribes to it.
 *
 * <p>Channel names fit the grammar of the client protocol; whoever calls has checked that. Calls
 * never block and may come from any thread; stages complete on any thread, within a few seconds,
 * exceptionally with {@link BrokerUnavailableException}. Delivery is live and a hint: a publication
 * may be missed while the broker is away, and the positions show it.
 */
public interface Broker extends AutoCloseable {
  /** Begins to connect; returns before it is connected. Called once, before anything else. */
  void start(Deliveries deliveries);

  /** Why nothing can be subscribed to or published now; empty when all is well. Asks nobody. */
  Optional<String> unavailableBecause();

  /**
   * Subscribes this server to a channel, for as long as it is not unsubscribed: a subscription that
   * is lost comes back by itself, with {@link Deliveries#renewed}.
   *
   * <p>Not called while the channel is subscribed, or while an earlier call for it is under way.
   *
   * @return the log's top at some moment after the subscription became active: deliveries beyond it
   *     follow, those up to it may. After a failure the channel is not subscribed.
   */
  CompletionStage<Position> subscribe(String channel);

  /**
   * Ends the subscription. Not called while an earlier call for the channel is under way.
   *
   * @return completes, and never exceptionally, when the channel may be subscribed to anew
   */
  CompletionStage<Void> unsubscribe(String channel);

  /**
   * The top of the channel's log now: not older than any delivery that was made before the call. A
   * log that does not exist yet is begun, so that its epoch is known before its first publication.
   */
  CompletionStage<Position> top(String channel);

  /**
   * Appends a publication and delivers it to every subscribed server.
   *
   * @return its position. The same tag published again, with nothing published in between, gets the
   *     first position and is not delivered twice.
   */
  CompletionStage<Position> publish(String channel, Publication publication);

  @Override
  void close();
}
