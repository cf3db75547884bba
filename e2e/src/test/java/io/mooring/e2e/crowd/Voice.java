package io.mooring.e2e.crowd;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.e2e.crowd.Crowd.Shape;
import io.mooring.e2e.ledger.Ledger;
import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Publication;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one member publishes, and what it was answered. */
final class Voice {
  /** Above the ids of subscriptions. */
  private static final int FIRST_ID = 1_000;

  private final int publisher;
  private final String channel;
  private final Ledger ledger;

  /**
   * Whether what nobody answered is said again on the next wire; {@code dedupe} then keeps it from
   * being published twice.
   */
  private final boolean insists;

  private final boolean keyed;
  private final String padding;
  private final SortedMap<Integer, Publication> unanswered = new TreeMap<>();
  private int number;

  Voice(int publisher, String channel, Ledger ledger, Shape shape) {
    this.publisher = publisher;
    this.channel = channel;
    this.ledger = ledger;
    this.insists = !shape.rollbacks();
    this.keyed = shape.keyed();
    this.padding = shape.bytes() == 0 ? "" : ",\"pad\":\"" + "x".repeat(shape.bytes()) + "\"";
  }

  void publish(Wire wire) {
    Publication publication = new Publication(publisher, ++number);
    int id = FIRST_ID + number;
    ledger.intended(publication, channel);
    unanswered.put(id, publication);
    say(wire, id, publication);
  }

  private void say(Wire wire, int id, Publication publication) {
    wire.send(
        "{\"op\":\"pub\",\"id\":%d,\"ch\":\"%s\",\"dedupe\":\"%d-%d\"%s,\"data\":{\"p\":%d,\"n\":%d%s}}"
            .formatted(
                id,
                channel,
                publisher,
                publication.number(),
                keyed ? ",\"key\":\"" + publication.key() + "\"" : "",
                publisher,
                publication.number(),
                padding));
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

  /** The wire is gone: whether what was under way was done, nobody will say any more. */
  void cutOff() {
    if (!insists) {
      unanswered.clear();
    }
  }

  /** There is a wire again: what was not answered is said again. */
  void resume(Wire wire) {
    unanswered.forEach((id, publication) -> say(wire, id, publication));
  }

  int unanswered() {
    return unanswered.size();
  }
}
