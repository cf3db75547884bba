package io.mooring.bench.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The client protocol of Centrifuge in JSON, several messages of a frame a line each. */
public record CentrifugeDialect() implements Dialect {
  private static final int CONNECT = 1;
  private static final int SUBSCRIBE = 2;

  @Override
  public String handshake(String host, Credential credential) {
    return Handshake.request("/connection/websocket", host, "", credential.header());
  }

  @Override
  public String greeting(Credential credential) {
    return "{\"id\":" + CONNECT + ",\"connect\":{\"token\":\"" + credential.token() + "\"}}";
  }

  @Override
  public String subscribe(String channel, Optional<Position> from, boolean watches) {
    String position =
        from.map(
                known ->
                    ",\"recover\":true,\"epoch\":\"%s\",\"offset\":%d"
                        .formatted(known.epoch(), known.offset()))
            .orElse("");
    return "{\"id\":"
        + SUBSCRIBE
        + ",\"subscribe\":{\"channel\":\""
        + channel
        + "\""
        + position
        + (watches ? ",\"join_leave\":true" : "")
        + "}}";
  }

  @Override
  public String unsubscribe(String channel) {
    return "{\"id\":" + SUBSCRIBE + ",\"unsubscribe\":{\"channel\":\"" + channel + "\"}}";
  }

  @Override
  public String publish(String channel, long id, String data) {
    return "{\"id\":%d,\"publish\":{\"channel\":\"%s\",\"data\":%s}}"
        .formatted(id + SUBSCRIBE, channel, data);
  }

  @Override
  public boolean pings(byte[] text, int at, int start, int end) {
    // Alone on its line, as an answer may hold an empty object, too.
    return text[at] == '{'
        && at + 1 < end
        && text[at + 1] == '}'
        && (at == start || text[at - 1] == '\n')
        && (at + 2 == end || text[at + 2] == '\n');
  }

  @Override
  public String pong() {
    return "{}";
  }

  @Override
  public Answer answer(JsonNode message) {
    if (message.has("error")) {
      return new Answer.Refused(message.toString());
    }
    if (message.path("id").asInt() != SUBSCRIBE) {
      return new Answer.Other();
    }
    JsonNode subscribed = message.path("subscribe");
    return new Answer.Subscribed(
        new Position(subscribed.path("epoch").asText(), subscribed.path("offset").asLong(), ""),
        subscribed.path("recovered").asBoolean());
  }
}
