package io.mooring.cli.clients;

import io.mooring.client.Listener;
import io.mooring.client.Lost;
import io.mooring.client.Message;
import io.mooring.client.Position;
import io.mooring.client.Subscribed;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges what one client hears of its channel by the offsets alone, which have no gaps there: not
 * by what the client counts itself. Belongs to the client's order.
 */
final class Reader implements Listener {
  private final Tally tally;
  private final Consumer<String> trouble;
  private @Nullable Position last;

  /**
   * @param trouble is told why a subscription is over
   */
  Reader(Tally tally, Consumer<String> trouble) {
    this.tally = tally;
    this.trouble = trouble;
  }

  @Override
  public void message(Message message) {
    tally.received.increment();
    Position before = last;
    if (before != null && before.epoch().equals(message.epoch())) {
      if (message.off() <= before.off()) {
        tally.doubled.increment();
        return;
      }
      tally.lost.add(message.off() - before.off() - 1);
    } else if (before != null) {
      // Another life of the log, of which nobody has said that it began.
      tally.lost.increment();
    }
    last = message.position();
  }

  @Override
  public void subscribed(Subscribed subscribed) {
    tally.replayed.add(subscribed.replayed());
    if (last == null) {
      last = subscribed.position();
    }
  }

  @Override
  public void lost(Lost lost) {
    Position before = last;
    Position now = lost.position();
    if (before != null && before.epoch().equals(now.epoch()) && now.off() > before.off()) {
      tally.lost.add(now.off() - before.off());
    } else {
      tally.lost.increment();
    }
    last = now;
  }

  @Override
  public void failed(String reason) {
    trouble.accept("a subscription was refused: " + reason);
  }

  @Override
  public void ended(String reason) {
    trouble.accept("a subscription was ended by the server: " + reason);
  }
}
