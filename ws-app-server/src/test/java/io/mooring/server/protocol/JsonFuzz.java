package io.mooring.server.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mooring.server.frame.Frames;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whatever text a client sends: it is refused as malformed, or read as a plain reader of JSON reads
 * it, and everything in it can be written back to a client and means the same.
 */
public final class JsonFuzz {
  private static final ObjectMapper PLAIN =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final JsonDialect DIALECT = new JsonDialect();
  private static final Position SOMEWHERE = new Position("epoch", 7, 8);
  private static final Loop LOOP = loop();

  private JsonFuzz() {}

  /** What the fuzzer calls. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    // Text that is not UTF-8 does not come here.
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(input));
    } catch (CharacterCodingException noText) {
      return;
    }
    LOOP.executor()
        .submit(
            () -> {
              check(input);
              return null;
            })
        .get();
  }

  private static void check(byte[] input) throws IOException {
    List<Operation> operations;
    try {
      operations = DIALECT.read(Unpooled.wrappedBuffer(input), LOOP);
    } catch (MalformedException refused) {
      return;
    }
    JsonNode plain;
    try {
      plain = PLAIN.readTree(input);
    } catch (NumberFormatException tooLarge) {
      // The server passes numbers on as they are written; these are beyond a BigDecimal.
      return;
    }
    if (plain.isObject()) {
      same(1, operations.size());
      check(plain, operations.getFirst());
      return;
    }
    same(plain.size(), operations.size());
    for (int i = 0; i < plain.size(); i++) {
      check(plain.get(i), operations.get(i));
    }
  }

  private static void check(JsonNode plain, Operation operation) throws IOException {
    switch (operation) {
      case Operation.Subscribe subscribe -> {
        asked(plain, "sub", subscribe.id(), subscribe.channel());
        Position since = subscribe.since();
        if (since != null) {
          same(plain.at("/pos/epoch").asText(), since.epoch());
          same(plain.at("/pos/off").asLong(), since.off());
          same(plain.at("/pos/tag").asLong(), since.tag());
        }
        JsonNode failed =
            written(
                DIALECT.subscribeFailed(
                    subscribe.id(), subscribe.channel(), SubscribeFailure.BAD_CHANNEL));
        same(plain.get("ch"), failed.get("ch"));
      }
      case Operation.Unsubscribe unsubscribe -> {
        asked(plain, "unsub", unsubscribe.id(), unsubscribe.channel());
        JsonNode done = written(DIALECT.unsubscribed(unsubscribe.id(), unsubscribe.channel()));
        same(plain.get("ch"), done.get("ch"));
      }
      case Operation.Publish publish -> {
        asked(plain, "pub", publish.id(), publish.channel());
        same(plain.path("key").asText(), publish.key());
        same(plain.path("dedupe").asText(), publish.dedupe());
        same(plain.get("data"), PLAIN.readTree(publish.data()));
        JsonNode message =
            written(
                DIALECT.message(
                    publish.channel(),
                    new Delivery(SOMEWHERE, 6, publish.key(), "ann", publish.data())));
        same(plain.get("ch"), message.get("ch"));
        same(plain.get("data"), message.get("data"));
        same(publish.key(), message.path("key").asText());
      }
      case Operation.Authenticate authenticate -> {
        same("auth", plain.path("op").asText());
        same(plain.path("id").asLong(Operation.NO_ID), authenticate.id());
      }
      case Operation.Pong pong -> same("pong", plain.path("op").asText());
      case Operation.Unknown unknown -> {
        same(plain.path("op").asText(), unknown.name());
        JsonNode error = written(DIALECT.error(unknown.id(), "unknown_op", unknown.name(), 0));
        same(unknown.name(), error.path("message").asText());
      }
      case Operation.Invalid invalid ->
          written(DIALECT.error(invalid.id(), "bad_request", invalid.problem(), 0));
    }
  }

  private static void asked(JsonNode plain, String op, long id, String channel) {
    same(op, plain.path("op").asText());
    same(plain.path("id").asLong(), id);
    same(plain.path("ch").asText(), channel);
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
