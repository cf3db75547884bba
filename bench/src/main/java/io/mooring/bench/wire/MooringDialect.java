package io.mooring.bench.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Optional;

/** {@code mooring.v1.json}, as docs/protocol.md has it. */
public record MooringDialect() implements Dialect {
  private static final byte[] PING = "\"op\":\"ping\"".getBytes(US_ASCII);

  @Override
  public String handshake(String host, Credential credential) {
    return Handshake.request("/ws", host, "mooring.v1.json", credential.header());
  }

  /** The server's {@code hello} needs no answer. */
  @Override
  public String greeting(Credential credential) {
    return "";
  }

  @Override
  public String subscribe(String channel, Optional<Position> from, boolean watches) {
    String position =
        from.map(
                known ->
                    ",\"pos\":{\"epoch\":\"%s\",\"off\":%d,\"tag\":%s}"
                        .formatted(known.epoch(), known.offset(), known.tag()))
            .orElse("");
    String presence = watches ? ",\"presence\":true" : "";
    return "{\"op\":\"sub\",\"id\":1,\"ch\":\"" + channel + "\"" + position + presence + "}";
  }

  @Override
  public String unsubscribe(String channel) {
    return "{\"op\":\"unsub\",\"id\":1,\"ch\":\"" + channel + "\"}";
  }

  @Override
  public String publish(String channel, long id, String data) {
    return "{\"op\":\"pub\",\"id\":" + id + ",\"ch\":\"" + channel + "\",\"data\":" + data + "}";
  }

  @Override
  public boolean pings(byte[] text, int at, int start, int end) {
    return text[at] == PING[0]
        && end - at >= PING.length
        && Arrays.equals(text, at, at + PING.length, PING, 0, PING.length);
  }

  @Override
  public String pong() {
    return "{\"op\":\"pong\"}";
  }

  @Override
  public Answer answer(JsonNode message) {
    return switch (message.path("op").asText()) {
      case "subbed" -> {
        JsonNode pos = message.path("pos");
        yield new Answer.Subscribed(
            new Position(
                pos.path("epoch").asText(), pos.path("off").asLong(), pos.path("tag").asText()),
            message.path("recovered").asBoolean());
      }
      case "sub_failed", "error" -> new Answer.Refused(message.toString());
      default -> new Answer.Other();
    };
  }
}
