package io.mooring.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.server.choice.Choices;
import io.mooring.server.frame.Frames;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whatever text a client sends: it is refused or read as a plain reader refuses and reads it, and
 * everything in it can be written back to a client and means the same.
 */
public final class JsonFuzz {
  private static final ObjectMapper PLAIN = new ObjectMapper();
  private static final JsonDialect DIALECT = new JsonDialect();
  private static final Position SOMEWHERE = new Position("epoch", 7, 8);
  private static final Loop LOOP = loop();

  private JsonFuzz() {}

  /** An input that a client might send. */
  public static byte[] make(Choices choices) {
    return JsonMaker.make(choices);
  }

  public static void read(byte[] input) throws Exception {
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(input)).toString();
    } catch (CharacterCodingException noText) {
      // It does not come here.
      return;
    }
    LOOP.executor()
        .submit(
            () -> {
              check(input, PlainOperations.read(text));
              return null;
            })
        .get();
  }

  private static void check(byte[] input, Optional<List<String>> expected) throws IOException {
    List<Operation> operations;
    try {
      operations = DIALECT.read(Unpooled.wrappedBuffer(input), LOOP);
    } catch (MalformedException refused) {
      same(PlainOperations.MALFORMED, expected.orElse(PlainOperations.MALFORMED));
      return;
    }
    List<String> read = new ArrayList<>();
    for (Operation operation : operations) {
      read.add(said(operation));
    }
    same(expected.orElse(read), read);
  }

  /** The operation as {@link PlainOperations} says it; what it holds can be written back. */
  private static String said(Operation operation) throws IOException {
    return switch (operation) {
      case Operation.Subscribe(long id, String channel, Position since, boolean presence) -> {
        JsonNode failed =
            written(DIALECT.subscribeFailed(id, channel, SubscribeFailure.BAD_CHANNEL));
        same(channel, failed.path("ch").asText());
        yield "sub %d %s%s%s"
            .formatted(
                id,
                channel,
                presence ? " presence" : "",
                since == null
                    ? ""
                    : " %s %d %d".formatted(since.epoch(), since.off(), since.tag()));
      }
      case Operation.Unsubscribe(long id, String channel, boolean again) -> {
        same(channel, written(DIALECT.unsubscribed(id, channel)).path("ch").asText());
        yield "unsub %d %s%s".formatted(id, channel, again ? " again" : "");
      }
      case Operation.Members(long id, String channel, String after) ->
          "presence %d %s %s".formatted(id, channel, after);
      case Operation.Publish publish -> published(publish);
      case Operation.Authenticate authenticate ->
          "auth %s %s".formatted(id(authenticate.id()), authenticate.token().reveal());
      case Operation.Pong pong -> "pong";
      case Operation.Unknown unknown -> {
        JsonNode error = written(DIALECT.error(unknown.id(), "unknown_op", unknown.name(), 0));
        same(unknown.name(), error.path("message").asText());
        yield "unknown %s %s".formatted(id(unknown.id()), unknown.name());
      }
      case Operation.Invalid(long id, String problem) -> {
        JsonNode error = written(DIALECT.error(id, "bad_request", problem, 0));
        same(problem, error.path("message").asText());
        yield "invalid %s %s".formatted(id(id), problem.split(" is missing or wrong", 2)[0]);
      }
    };
  }

  private static String published(Operation.Publish publish) throws IOException {
    Delivery delivery = new Delivery(SOMEWHERE, 6, publish.key(), "ann", publish.data());
    JsonNode message = written(DIALECT.message(publish.channel(), delivery));
    String data = new String(publish.data(), UTF_8);
    JsonNode tree = PLAIN.readTree(data);
    same(data.strip(), data);
    same(publish.channel(), message.path("ch").asText());
    same(publish.key(), message.path("key").asText());
    same(tree, message.get("data"));
    return "pub %d %s %s %s %s"
        .formatted(publish.id(), publish.channel(), publish.key(), publish.dedupe(), tree);
  }

  private static String id(long id) {
    return id == Operation.NO_ID ? "-" : Long.toString(id);
  }

  /** What stands in a frame that is sent. */
  private static JsonNode written(byte[] frame) throws IOException {
    int given = frame[1] & 0x7f;
    int header = given < 126 ? 2 : given == 126 ? 4 : 10;
    same(Frames.headerLength(frame.length - header), header);
    try (JsonParser parser = PLAIN.createParser(frame, header, frame.length - header)) {
      return PLAIN.readTree(parser);
    }
  }

  private static void same(Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("read " + actual + ", expected " + expected);
    }
  }

  private static Loop loop() {
    return new Loops(1).at(0);
  }
}
