package io.mooring.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Gap;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.presence.Page;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The subprotocol {@code mooring.v1.json}: a JSON object, or an array of several, in text frames.
 */
public final class JsonDialect implements Dialect {
  @Override
  public String subprotocol() {
    return "mooring.v1.json";
  }

  @Override
  public List<Operation> read(ByteBuf message, Loop loop) {
    int length = message.readableBytes();
    byte[] bytes = loop.scratch(length);
    message.getBytes(message.readerIndex(), bytes, 0, length);
    try (JsonParser json = JsonInput.parser(bytes, length)) {
      List<Operation> operations = read(json, bytes);
      if (json.nextToken() != null) {
        throw new MalformedException("more than one JSON value");
      }
      return operations;
    } catch (IOException notJson) {
      throw new MalformedException("not JSON, or nested deeper than " + Terms.JSON_DEPTH);
    }
  }

  private static List<Operation> read(JsonParser json, byte[] bytes) throws IOException {
    JsonToken first = json.nextToken();
    if (first == JsonToken.START_OBJECT) {
      return List.of(JsonFields.read(json, bytes).operation());
    }
    if (first != JsonToken.START_ARRAY) {
      throw new MalformedException("neither an object nor an array of objects");
    }
    List<Operation> operations = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("an array holds something else than objects");
      }
      operations.add(JsonFields.read(json, bytes).operation());
    }
    return operations;
  }

  @Override
  public byte[] hello(Hello hello, Terms terms) {
    return JsonFrame.op("hello")
        .text("conn", hello.conn())
        .text("server", hello.server())
        .number("gen", hello.generation())
        .text("url", hello.url())
        .number("ping_ms", terms.pingMillis())
        .number("pong_ms", terms.pongMillis())
        .number("resume_ms", terms.resumeMillis())
        .begin("limits")
        .number("frame_bytes", terms.frameBytes())
        .number("message_bytes", terms.messageBytes())
        .number("subscriptions", terms.subscriptions())
        .number("messages_per_10s", terms.messages())
        .number("queue_bytes", terms.queueBytes())
        .number("first_message_ms", terms.firstMessageMillis())
        .number("json_depth", Terms.JSON_DEPTH)
        .end()
        .begin("backoff")
        .number("first_ms", Terms.BACKOFF_FIRST_MILLIS)
        .number("max_ms", Terms.BACKOFF_MOST_MILLIS)
        .number("reset_ms", Terms.BACKOFF_RESET_MILLIS)
        .end()
        .frame();
  }

  @Override
  public byte[] subscribed(
      long id,
      String channel,
      Position position,
      @Nullable Gap gap,
      boolean snapshot,
      boolean conflate,
      @Nullable Page members) {
    JsonFrame frame = position(answer("subbed", id, channel), position);
    frame.truth("recovered", false).number("replayed", 0);
    if (gap != null) {
      frame.text("reason", gap.word());
      if (snapshot) {
        frame.truth("snapshot", true);
      }
    }
    return members(conflated(frame, conflate), members).frame();
  }

  @Override
  public byte[] resumed(
      long id,
      String channel,
      Position since,
      int replayed,
      boolean conflate,
      @Nullable Page members) {
    JsonFrame frame = position(answer("subbed", id, channel), since);
    frame.truth("recovered", true).number("replayed", replayed);
    return members(conflated(frame, conflate), members).frame();
  }

  @Override
  public byte[] members(long id, String channel, Page members) {
    return members(answer("presence", id, channel), members).frame();
  }

  @Override
  public byte[] joined(String channel, String user, String info) {
    return user(JsonFrame.op("join").text("ch", channel), user, info).frame();
  }

  @Override
  public byte[] left(String channel, String user, String info) {
    return user(JsonFrame.op("leave").text("ch", channel), user, info).frame();
  }

  @Override
  public byte[] subscribeFailed(long id, String channel, SubscribeFailure reason) {
    return answer("sub_failed", id, channel).text("reason", reason.word()).frame();
  }

  @Override
  public byte[] unsubscribed(long id, String channel) {
    return answer("unsubbed", id, channel).frame();
  }

  @Override
  public byte[] unsubscribed(String channel, SubscribeFailure reason) {
    return JsonFrame.op("unsubbed").text("ch", channel).text("reason", reason.word()).frame();
  }

  @Override
  public byte[] published(long id, String channel, Position position) {
    return answer("pubbed", id, channel)
        .text("epoch", position.epoch())
        .number("off", position.off())
        .number("tag", position.tag())
        .frame();
  }

  @Override
  public byte[] message(String channel, Delivery delivery) {
    JsonFrame frame =
        JsonFrame.op("msg")
            .text("ch", channel)
            .number("off", delivery.position().off())
            .number("tag", delivery.position().tag())
            .json("data", delivery.data());
    if (!delivery.key().isEmpty()) {
      frame.text("key", delivery.key());
    }
    if (!delivery.from().isEmpty()) {
      frame.text("from", delivery.from());
    }
    return frame.frame();
  }

  @Override
  public byte[] lost(String channel, Gap reason, Position position, boolean snapshot) {
    JsonFrame frame =
        position(JsonFrame.op("lost").text("ch", channel).text("reason", reason.word()), position);
    if (snapshot) {
      frame.truth("snapshot", true);
    }
    return frame.frame();
  }

  @Override
  public byte[] reconnect(long afterMillis, String reason) {
    return JsonFrame.op("reconnect").number("after_ms", afterMillis).text("reason", reason).frame();
  }

  @Override
  public byte[] authenticated(long id, long exp) {
    return identified(JsonFrame.op("authed"), id).number("exp", exp).frame();
  }

  @Override
  public byte[] authenticationExpiring(long exp) {
    return JsonFrame.op("auth_expiring").number("exp", exp).frame();
  }

  @Override
  public byte[] ping() {
    return JsonFrame.op("ping").frame();
  }

  @Override
  public byte[] error(long id, String code, String message, long retryMillis) {
    JsonFrame frame = identified(JsonFrame.op("error"), id);
    frame.text("code", code).text("message", message);
    if (retryMillis > 0) {
      frame.number("retry_ms", retryMillis);
    }
    return frame.frame();
  }

  private static JsonFrame identified(JsonFrame frame, long id) {
    return id == Operation.NO_ID ? frame : frame.number("id", id);
  }

  private static JsonFrame answer(String op, long id, String channel) {
    return JsonFrame.op(op).number("id", id).text("ch", channel);
  }

  private static JsonFrame members(JsonFrame frame, @Nullable Page page) {
    if (page == null) {
      return frame;
    }
    frame.number("count", page.count()).beginList("members");
    page.members().forEach((user, info) -> user(frame.beginItem(), user, info).end());
    frame.endList();
    page.next().ifPresent(next -> frame.number("digest", page.digest()).text("next", next));
    return frame;
  }

  private static JsonFrame user(JsonFrame frame, String user, String info) {
    frame.text("user", user);
    return info.isEmpty() ? frame : frame.json("info", info.getBytes(UTF_8));
  }

  private static JsonFrame conflated(JsonFrame frame, boolean conflate) {
    return conflate ? frame.truth("conflate", true) : frame;
  }

  private static JsonFrame position(JsonFrame frame, Position position) {
    return frame
        .begin("pos")
        .text("epoch", position.epoch())
        .number("off", position.off())
        .number("tag", position.tag())
        .end();
  }
}
