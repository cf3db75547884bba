package io.mooring.bench.transport;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One WebSocket's owner, who subscribes to a channel and counts. Any thread. */
final class Guest {
  private static final String MESSAGE = "\"op\":\"msg\"";

  private final String channel;
  private final LongAdder heard;
  private final CompletableFuture<Guest> subscribed = new CompletableFuture<>();
  private volatile Transport.@Nullable Line line;
  private volatile boolean leaving;

  /**
   * @param heard counts the messages of all guests
   */
  Guest(String channel, LongAdder heard) {
    this.channel = channel;
    this.heard = heard;
  }

  /** Fails with what ended it before. */
  CompletableFuture<Guest> subscribed() {
    return subscribed;
  }

  void opened(Transport.Line opened) {
    line = opened;
    opened.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + channel + "\"}");
  }

  void text(String text) {
    // A frame may hold an array of messages.
    int at = text.indexOf(MESSAGE);
    while (at >= 0) {
      heard.increment();
      at = text.indexOf(MESSAGE, at + MESSAGE.length());
    }
    Transport.Line open = line;
    if (open != null && text.contains("\"op\":\"ping\"")) {
      open.send("{\"op\":\"pong\"}");
    }
    if (!subscribed.isDone() && text.contains("\"op\":\"subbed\"")) {
      subscribed.complete(this);
    }
  }

  /** An end that the guest did not want ends the program: what it would measure is not the work. */
  void ended(String reason) {
    if (!subscribed.completeExceptionally(new IllegalStateException(reason)) && !leaving) {
      Guests.fail("a WebSocket ended: " + reason);
    }
  }

  void leave() {
    leaving = true;
    Transport.Line open = line;
    if (open != null) {
      open.cut();
    }
  }
}
