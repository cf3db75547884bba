package io.mooring.e2e.crowd;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.e2e.ledger.Ledger;
import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Publication;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one member publishes, and what it was answered. */
final class Voice {
  /** Above the ids of subscriptions. */
  private static final int FIRST_ID = 1_000;

  private final int publisher;
  private final Ledger ledger;
  private final Map<Integer, Publication> unanswered = new HashMap<>();
  private int number;

  Voice(int publisher, Ledger ledger) {
    this.publisher = publisher;
    this.ledger = ledger;
  }

  void publish(Wire wire, String channel) {
    Publication publication = new Publication(publisher, ++number);
    int id = FIRST_ID + number;
    ledger.intended(publication, channel);
    unanswered.put(id, publication);
    wire.send(
        "{\"op\":\"pub\",\"id\":%d,\"ch\":\"%s\",\"data\":{\"p\":%d,\"n\":%d}}"
            .formatted(id, channel, publisher, number));
  }

  /** Whether the answer is to a publication of this voice; it is logged then. */
  boolean acknowledged(JsonNode message) {
    Publication publication = unanswered.remove(message.path("id").asInt(-1));
    if (publication == null) {
      return false;
    }
    ledger.acknowledged(
        publication,
        new Position(
            message.path("epoch").asText(),
            message.path("off").asLong(),
            message.path("tag").asLong()));
    return true;
  }

  void refused(JsonNode message) {
    @Nullable Publication publication = unanswered.remove(message.path("id").asInt(-1));
    if (publication != null) {
      ledger.refused(message.path("code").asText());
    }
  }

  /** The wire is gone: whether what was under way was done, nobody will say. */
  void cutOff() {
    unanswered.clear();
  }

  int unanswered() {
    return unanswered.size();
  }
}
