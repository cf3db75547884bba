package io.mooring.server.broker;

import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Retention;
import io.mooring.server.history.SnapshotFullException;
import io.mooring.server.history.UnavailableException;
import java.util.concurrent.CompletionStage;

/**
 * Orders the publications of each channel and carries them to every server that subscribes to it.
 *
 * <p>Channel names fit the grammar of the client protocol; whoever calls has checked that. Calls
 * never block and may come from any thread; stages complete on any thread, within a few seconds,
 * exceptionally with {@link UnavailableException}. Delivery is live and a hint: a publication may
 * be missed at any time, and the positions show it; the log has it.
 */
public interface Broker {
  /**
   * Subscribes this server to a channel, for as long as it is not unsubscribed: a subscription that
   * is lost comes back by itself, with {@link Deliveries#renewed}.
   *
   * <p>Not called while the channel is subscribed, or while an earlier call for it is under way.
   *
   * @return completes when the subscription is active: what is published from then on is delivered.
   *     After a failure the channel is not subscribed.
   */
  CompletionStage<Void> subscribe(String channel);

  /**
   * Makes the subscription of a channel anew, without a {@link Deliveries#renewed}: one that seems
   * deaf. Not called while an earlier call for the channel is under way.
   *
   * @return completes when it is active for certain. After a failure the channel is subscribed as
   *     before.
   */
  CompletionStage<Void> resubscribe(String channel);

  /**
   * Ends the subscription. Not called while an earlier call for the channel is under way.
   *
   * @return completes, and never exceptionally, when the channel may be subscribed to anew
   */
  CompletionStage<Void> unsubscribe(String channel);

  /**
   * Appends a publication to the channel's log and delivers it to every subscribed server. Two that
   * one thread publishes on a channel, one call after the other, keep that order.
   *
   * @return its position, or that of the first one of the same user and dedupe; fails with {@link
   *     UnavailableException} if it was not made or nobody knows, or {@link SnapshotFullException}.
   *     It is never made twice.
   */
  CompletionStage<Position> publish(String channel, Publication publication, Retention retention);
}
