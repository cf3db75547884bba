package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All channels of one client. Belongs to the client's order. */
final class Subscriptions {
  private final Environment environment;
  private final Snapshots snapshots;
  private final Map<String, Stream> streams = new LinkedHashMap<>();

  /** The socket that new subscriptions go to. */
  private @Nullable Session session;

  private boolean asking;

  Subscriptions(Environment environment, Snapshots snapshots) {
    this.environment = environment;
    this.snapshots = snapshots;
  }

  void add(Subscription subscription, Listener listener, SubscribeOptions options) {
    // Its removal may be on the way, if another thread has ended it.
    Stream before = streams.get(subscription.channel());
    if (before != null) {
      remove(before.subscription());
    }
    if (!subscription.isOver()) {
      streams.put(
          subscription.channel(),
          new Stream(environment, snapshots, subscription, listener, options, this::askLater));
      askSoon();
    }
  }

  /** The application has ended it. */
  void remove(Subscription subscription) {
    Stream stream = streams.get(subscription.channel());
    if (stream != null && stream.subscription() == subscription) {
      streams.remove(subscription.channel());
      stream.leave();
    }
  }

  /** From now on requests go to {@code next}, which is asked for all channels. */
  void use(@Nullable Session next) {
    session = next;
    ask();
  }

  void message(Session from, String op, JsonNode message) {
    Stream stream = streams.get(message.path("ch").asText());
    if (stream == null) {
      return;
    }
    switch (op) {
      case "msg" -> stream.message(from, message);
      case "subbed" -> stream.subscribed(from, message);
      case "lost" -> stream.lost(from, message);
      case "join" -> stream.members().ifPresent(members -> members.joined(from, message));
      case "leave" -> stream.members().ifPresent(members -> members.left(from, message));
      case "presence" -> stream.members().ifPresent(members -> members.page(from, message));
      case "sub_failed" ->
          stream.failed(
              from, message.path("id").asLong(-1), message.path("reason").asText("unknown"));
      case "unsubbed" -> {
        if (!message.has("id")) {
          stream.ended(from, message.path("reason").asText("unknown"));
        }
      }
      default -> {}
    }
    letGo(stream);
  }

  /** An error that may be the answer to a request for a channel. */
  void failed(Session from, long id, String code) {
    for (Stream stream : List.copyOf(streams.values())) {
      stream.failed(from, id, code);
      letGo(stream);
    }
  }

  /** {@code ended} brings nothing any more. */
  void gone(Session ended) {
    for (Stream stream : streams.values()) {
      stream.gone(ended);
    }
  }

  /** Whether {@code next} alone would do. */
  boolean areCarriedBy(Session next) {
    for (Stream stream : streams.values()) {
      if (!stream.isCarriedBy(next)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is known for all of them what {@code next} brings. */
  boolean areAnsweredBy(Session next) {
    for (Stream stream : streams.values()) {
      if (!stream.isAnsweredBy(next)) {
        return false;
      }
    }
    return true;
  }

  void close() {
    session = null;
    streams.values().forEach(Stream::close);
  }

  private void letGo(Stream stream) {
    Subscription subscription = stream.subscription();
    if (subscription.isOver() && streams.get(subscription.channel()) == stream) {
      streams.remove(subscription.channel());
      stream.leave();
    }
  }

  /** All that are asked for in one go are asked for by one message. */
  private void askSoon() {
    if (!asking) {
      asking = true;
      environment
          .order()
          .execute(
              () -> {
                asking = false;
                ask();
              });
    }
  }

  private void ask() {
    Session to = session;
    if (to == null || !to.speaks()) {
      return;
    }
    List<String> requests = new ArrayList<>();
    for (Stream stream : streams.values()) {
      if (!stream.wasAsked(to) && !stream.subscription().isOver()) {
        requests.add(stream.ask(to));
      }
    }
    Frames.arrays(requests).forEach(to::request);
  }

  /** A channel for which a socket has to be asked again. */
  private void askLater(Stream stream, Session to) {
    if (to.speaks()
        && streams.get(stream.channel()) == stream
        && !stream.subscription().isOver()
        && !stream.wasAsked(to)) {
      to.request("[" + stream.ask(to) + "]");
    }
  }
}
