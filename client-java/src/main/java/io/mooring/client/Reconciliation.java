package io.mooring.client;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes up for what a channel has lost, by its snapshot. Messages that come meanwhile are held back
 * behind it, as long as the first attempt takes and there is room for them; after that they go on,
 * and of the snapshot only what is newer than they are is told. Belongs to the client's order.
 */
final class Reconciliation {
  private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

  private final Environment environment;
  private final Snapshots snapshots;
  private final String channel;
  private final Backoff backoff;
  private final Consumer<Message> application;
  private final Consumer<Reconciled> outcome;
  private final Keys keys = new Keys();
  private final Held held = new Held();

  /** What the application had before the first loss that was not made up for; null for nothing. */
  private @Nullable Position since;

  /** A snapshot from before this does not make up for the loss; null if there is none. */
  private @Nullable Position loss;

  /** What has a key and stands here or before, the last snapshot has contained. */
  private @Nullable Position contained;

  private boolean holding;

  /** The application has all up to here, and what follows is held back; of one that holds. */
  private @Nullable Position holdingFrom;

  private @Nullable Alarm again;

  /** The number of the attempt that is under way; 0 if none is. */
  private long attempt;

  private long attempts;

  /**
   * @param application gets the messages
   * @param outcome gets what the snapshot changes, once for all losses until then
   */
  Reconciliation(
      Environment environment,
      Snapshots snapshots,
      String channel,
      Consumer<Message> application,
      Consumer<Reconciled> outcome) {
    this.environment = environment;
    this.snapshots = snapshots;
    this.channel = channel;
    this.backoff = environment.backoff();
    this.application = application;
    this.outcome = outcome;
  }

  /** A message comes from the log. */
  void message(Message message) {
    if (!holding) {
      tellUnlessContained(message);
    } else if (!held.add(message)) {
      release();
    }
  }

  /** Nothing waits behind the snapshot any more. */
  void release() {
    holding = false;
    held.take().forEach(this::tellUnlessContained);
  }

  /** The log is another one than before, whatever its epoch says. */
  void distrust() {
    keys.distrust();
    contained = null;
  }

  /**
   * Something was lost, and the application knows; what was held back is released before.
   *
   * @param had where the application was
   * @param lost from where on the log goes on
   */
  void begin(@Nullable Position had, Position lost) {
    if (loss == null) {
      since = had;
      backoff.healthy();
    }
    loss = lost;
    hold(lost);
    read();
  }

  /**
   * Goes on with what {@link #stop} left open.
   *
   * @param had where the application is
   */
  void resume(Position had) {
    if (loss != null && again == null && attempt == 0) {
      hold(had);
      read();
    }
  }

  private void hold(Position from) {
    holding = true;
    holdingFrom = from;
  }

  /**
   * The client is closed, or the subscription over; what is held back is forgotten.
   *
   * @return from where on it would have to come again; null if nothing was held back
   */
  @Nullable Position stop() {
    Alarm.cancel(again);
    again = null;
    attempt = 0;
    holding = false;
    return held.take().isEmpty() ? null : holdingFrom;
  }

  private void read() {
    Alarm.cancel(again);
    again = null;
    Position lost = loss;
    if (lost == null) {
      return;
    }
    long mine = ++attempts;
    attempt = mine;
    snapshots
        .read(channel, since)
        .thenAccept(
            answer -> {
              if (attempt == mine) {
                attempt = 0;
                answered(answer, lost);
              }
            });
  }

  private void answered(Snapshots.Answer answer, Position lost) {
    switch (answer) {
      case Snapshots.Answer.Read read -> {
        Position at = read.snapshot().position();
        if (at.epoch().equals(lost.epoch()) && at.off() >= lost.off()) {
          reconcile(read.snapshot());
        } else {
          // Of another log, of which the socket tells soon, or from a server that lags behind.
          later();
        }
      }
      case Snapshots.Answer.Unavailable unavailable -> {
        log.debug("event=snapshot_unavailable channel={} why={}", channel, unavailable.why());
        later();
      }
      case Snapshots.Answer.Refused refused -> {
        loss = null;
        release();
        environment
            .callbacks()
            .error(
                new MooringException(
                    "snapshot_failed",
                    "the snapshot of "
                        + channel
                        + " was refused ("
                        + refused.why()
                        + "); what was lost is not made up for"));
      }
    }
  }

  private void later() {
    release();
    again = environment.after(backoff.next(), this::read);
  }

  private void reconcile(Snapshot snapshot) {
    loss = null;
    contained = snapshot.position();
    outcome.accept(keys.reconcile(snapshot));
    release();
  }

  /** A snapshot may be ahead of the socket, and no older value of a key follows a newer one. */
  private void tellUnlessContained(Message message) {
    Position known = contained;
    if (known == null
        || message.key().isEmpty()
        || !message.epoch().equals(known.epoch())
        || message.off() > known.off()) {
      tell(message);
    }
  }

  private void tell(Message message) {
    keys.told(message, loss != null);
    application.accept(message);
  }
}
