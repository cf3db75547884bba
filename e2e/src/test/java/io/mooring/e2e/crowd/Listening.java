package io.mooring.e2e.crowd;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Publication;
import io.mooring.e2e.ledger.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel of one member, as its application sees it. While the member moves, two wires carry
 * the channel: the old one goes on until it has reached the place from which the new one is live.
 */
final class Listening {
  private final String channel;
  private final Reader reader;

  /** The last place that the application has; null before the first answer. */
  private @Nullable Position position;

  private @Nullable Wire source;
  private @Nullable Wire next;
  private @Nullable Answer answer;
  private final List<Message> held = new ArrayList<>();

  /** What the old wire has brought already, the new one may bring again: dropped by its place. */
  private long broughtByTheOldWire;

  private record Answer(Position position, boolean recovered, String reason) {}

  private record Message(long off, long tag, Publication publication) {}

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
  String request(int id) {
    Position at = position;
    return at == null
        ? "{\"op\":\"sub\",\"id\":%d,\"ch\":\"%s\"}".formatted(id, channel)
        : "{\"op\":\"sub\",\"id\":%d,\"ch\":\"%s\",\"pos\":{\"epoch\":\"%s\",\"off\":%d,\"tag\":%d}}"
            .formatted(id, channel, at.epoch(), at.off(), at.tag());
  }

  void subbed(Wire wire, JsonNode message) {
    Answer given =
        new Answer(
            position(message.path("pos")),
            message.path("recovered").asBoolean(),
            message.path("reason").asText("not_recovered"));
    if (source == null || source == wire) {
      source = wire;
      take(given);
    } else {
      next = wire;
      answer = given;
      held.clear();
    }
  }

  void lost(Wire wire, JsonNode message) {
    Answer given =
        new Answer(position(message.path("pos")), false, message.path("reason").asText());
    if (wire == source) {
      take(given);
    } else if (wire == next) {
      answer = given;
      held.clear();
    }
  }

  void message(Wire wire, JsonNode message) {
    JsonNode data = message.path("data");
    Message arrived =
        new Message(
            message.path("off").asLong(),
            message.path("tag").asLong(),
            new Publication(data.path("p").asInt(-1), data.path("n").asInt(-1)));
    if (wire == source) {
      deliver(arrived);
    } else if (wire == next) {
      held.add(arrived);
    }
  }

  /** Whether the old wire is not needed any more, and {@code wire} carries on without a gap. */
  boolean joined(Wire wire) {
    Position at = position;
    return next == wire
        && answer != null
        && (answer.recovered
            || (at != null
                && at.epoch().equals(answer.position.epoch())
                && at.off() >= answer.position.off()));
  }

  boolean answered(Wire wire) {
    return next == wire;
  }

  /** From now on {@code wire} is the source; what it cannot join to is a loss that was told of. */
  void switchTo(Wire wire) {
    if (next != wire || answer == null) {
      source = null;
      return;
    }
    if (!joined(wire)) {
      take(answer);
    }
    Position at = position;
    broughtByTheOldWire = at == null ? 0 : at.off();
    source = wire;
    next = null;
    answer = null;
    held.forEach(this::deliver);
    held.clear();
  }

  /** The wire has ended. */
  void gone(Wire wire) {
    if (wire == source) {
      source = null;
      if (next != null) {
        switchTo(next);
      }
    } else if (wire == next) {
      next = null;
      answer = null;
      held.clear();
    }
  }

  private void take(Answer given) {
    broughtByTheOldWire = 0;
    Position at = position;
    if (at == null) {
      reader.began(given.position);
      position = given.position;
    } else if (given.recovered) {
      reader.recovered(at);
    } else {
      reader.lost(given.position, given.reason);
      position = given.position;
    }
  }

  private void deliver(Message message) {
    if (message.off <= broughtByTheOldWire) {
      return;
    }
    broughtByTheOldWire = 0;
    reader.delivered(message.off, message.tag, message.publication);
    Position at = position;
    if (at != null) {
      position = new Position(at.epoch(), message.off, message.tag);
    }
  }

  private static Position position(JsonNode json) {
    return new Position(
        json.path("epoch").asText(), json.path("off").asLong(), json.path("tag").asLong());
  }
}
