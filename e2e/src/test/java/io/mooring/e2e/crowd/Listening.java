package io.mooring.e2e.crowd;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.e2e.crowd.Feed.Message;
import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Publication;
import io.mooring.e2e.ledger.Reader;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One channel of one member, as its application sees it. While the member moves, two wires carry
 * the channel: the old one goes on until the new one has the very place that was reached. What both
 * bring is dropped by its place, tag and all.
 */
final class Listening {
  private final String channel;
  private final Reader reader;

  /** What each wire that was asked says of the channel. */
  private final Map<Wire, Feed> feeds = new HashMap<>();

  /** The last place that the application has; null before the first answer. */
  private @Nullable Position position;

  private @Nullable Wire source;

  /** What the source brings up to here, the application has had from another wire. */
  private @Nullable Position alreadyHad;

  Listening(String channel, Reader reader) {
    this.channel = channel;
    this.reader = reader;
  }

  String channel() {
    return channel;
  }

  @Nullable Position position() {
    return position;
  }

  boolean live() {
    return source != null;
  }

  /** The request for this channel, a resume if there is something to resume from. */
  String request(Wire wire, int id) {
    Position at = position;
    feeds.put(wire, new Feed(at));
    return at == null
        ? "{\"op\":\"sub\",\"id\":%d,\"ch\":\"%s\"}".formatted(id, channel)
        : "{\"op\":\"sub\",\"id\":%d,\"ch\":\"%s\",\"pos\":{\"epoch\":\"%s\",\"off\":%d,\"tag\":%d}}"
            .formatted(id, channel, at.epoch(), at.off(), at.tag());
  }

  void subbed(Wire wire, JsonNode message) {
    Feed feed = feed(wire);
    Position asked = feed.asked();
    Position answered = position(message.path("pos"));
    boolean recovered = message.path("recovered").asBoolean();
    String gap = recovered ? "" : message.path("reason").asText("no reason");
    boolean conflated = message.path("conflate").asBoolean();
    feed.answered(answered, gap, message.path("replayed").asLong(), conflated);
    if (conflated) {
      reader.conflated();
    }
    if (asked != null && recovered) {
      reader.resumed(asked, answered);
    } else if (asked != null) {
      reader.resumeFailed(gap);
    }
    if (source == null) {
      adopt(wire, feed);
    }
  }

  void lost(Wire wire, JsonNode message) {
    Feed feed = feed(wire);
    feed.begin(position(message.path("pos")), message.path("reason").asText("no reason"));
    if (wire == source) {
      startAnew(feed);
    }
  }

  void message(Wire wire, JsonNode json) {
    Feed feed = feed(wire);
    JsonNode data = json.path("data");
    Message message =
        new Message(
            new Position(feed.at().epoch(), json.path("off").asLong(), json.path("tag").asLong()),
            new Publication(data.path("p").asInt(-1), data.path("n").asInt(-1)));
    if (!feed.answered()) {
      reader.unasked(message.publication());
      return;
    }
    Position before = feed.at();
    boolean follows = feed.brought(message);
    // Of what is delivered at once, the reader sees it.
    if (!follows && (wire != source || alreadyHad != null)) {
      reader.broken(before, message.position().off());
    }
    if (wire == source) {
      deliver(message);
    } else {
      feed.hold(message);
    }
  }

  boolean answered(Wire wire) {
    Feed feed = feeds.get(wire);
    return feed != null && feed.answered();
  }

  /** Whether {@code wire} carries on from what the application has, without a gap. */
  boolean joined(Wire wire) {
    Feed feed = feeds.get(wire);
    Position at = position;
    return source == wire || (feed != null && feed.answered() && at != null && feed.has(at));
  }

  /** From now on {@code wire} is the source, and any other is not listened to any more. */
  void switchTo(Wire wire) {
    feeds.keySet().removeIf(other -> other != wire);
    if (source == wire) {
      return;
    }
    source = null;
    Feed feed = feeds.get(wire);
    if (feed != null && feed.answered()) {
      adopt(wire, feed);
    }
  }

  /** The wire has ended. */
  void gone(Wire wire) {
    feeds.remove(wire);
    if (wire == source) {
      reader.cut();
      source = null;
      for (Map.Entry<Wire, Feed> other : feeds.entrySet()) {
        if (other.getValue().answered()) {
          adopt(other.getKey(), other.getValue());
          return;
        }
      }
    }
  }

  private void adopt(Wire wire, Feed feed) {
    source = wire;
    Position at = position;
    boolean complete = feed.gap().isEmpty();
    if (at == null) {
      reader.began(feed.start());
      position = feed.start();
    } else if (complete && feed.start().epoch().equals(at.epoch())) {
      // It was asked for what follows an earlier place, and will reach this one, if it has not yet.
      reader.recovered(at, feed.owed());
      alreadyHad = at;
    } else if (!complete && feed.has(at)) {
      // Nothing is missing after all: the old wire has brought it.
      alreadyHad = at;
    } else if (complete) {
      feed.begin(feed.at(), "unjoined");
      startAnew(feed);
    } else {
      startAnew(feed);
    }
    feed.held().forEach(this::deliver);
    feed.held().clear();
  }

  /** What lies before the feed's start is lost, as its server says. */
  private void startAnew(Feed feed) {
    reader.lost(feed.start(), feed.gap());
    position = feed.start();
    alreadyHad = null;
  }

  private void deliver(Message message) {
    Position had = alreadyHad;
    if (had != null) {
      if (message.position().off() < had.off() || message.position().equals(had)) {
        return;
      }
      alreadyHad = null;
    }
    reader.delivered(message.position().off(), message.position().tag(), message.publication());
    position = message.position();
  }

  private Feed feed(Wire wire) {
    Feed feed = feeds.get(wire);
    if (feed == null) {
      throw new IllegalStateException(channel + " was not asked for on this wire");
    }
    return feed;
  }

  private static Position position(JsonNode json) {
    return new Position(
        json.path("epoch").asText(), json.path("off").asLong(), json.path("tag").asLong());
  }
}
