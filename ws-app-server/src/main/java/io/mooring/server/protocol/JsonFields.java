package io.mooring.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mooring.process.Secret;
import io.mooring.server.history.Position;
import io.mooring.token.TokenVerifier;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one message, in whatever order they came. A field of the wrong type spoils the
 * message that needs it, not the socket.
 */
final class JsonFields {
  private static final long MOST = 1L << 53;
  private static final int KEY_BYTES = 255;
  private static final int DEDUPE_BYTES = 64;

  /** A tenant, a slash and a user. */
  private static final int AFTER_BYTES = 257;

  private @Nullable String op;
  private long id = Operation.NO_ID;
  private @Nullable String channel;
  private @Nullable String token;
  private byte @Nullable [] data;
  private String key = "";
  private String dedupe = "";
  private @Nullable Position since;
  private boolean presence;
  private boolean again;
  private String after = "";
  private @Nullable String problem;

  private JsonFields() {}

  /**
   * Reads an object whose opening brace is the parser's current token.
   *
   * @param bytes what the parser reads, from index 0
   * @throws MalformedException if there is no {@code op}
   */
  static JsonFields read(JsonParser json, byte[] bytes) throws IOException {
    JsonFields fields = new JsonFields();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "op" -> fields.op = fields.string(json, name, Integer.MAX_VALUE);
        case "id" -> fields.id = fields.number(json, name, MOST);
        case "ch" -> fields.channel = fields.string(json, name, Integer.MAX_VALUE);
        case "token" -> fields.token = fields.string(json, name, TokenVerifier.MAX_LENGTH);
        case "data" -> fields.data = JsonInput.raw(json, bytes);
        case "key" -> fields.key = fields.string(json, name, KEY_BYTES);
        case "dedupe" -> fields.dedupe = fields.string(json, name, DEDUPE_BYTES);
        case "presence" -> fields.presence = fields.truth(json, name);
        case "again" -> fields.again = fields.truth(json, name);
        case "after" -> fields.after = fields.string(json, name, AFTER_BYTES);
        case "pos" -> fields.since = fields.position(json);
        default -> json.skipChildren();
      }
    }
    return fields;
  }

  Operation operation() {
    if (op == null || op.isEmpty()) {
      throw new MalformedException("a message without op");
    }
    return switch (op) {
      case "sub", "unsub", "pub", "presence" -> known(op);
      case "auth" -> authenticate();
      case "pong" -> new Operation.Pong();
      default -> new Operation.Unknown(id, op);
    };
  }

  private Operation authenticate() {
    String given = token;
    if (problem == null && given == null) {
      expected("token", "a string");
    }
    return problem != null || given == null
        ? new Operation.Invalid(id, "auth: " + problem)
        : new Operation.Authenticate(id, Secret.of(given));
  }

  private Operation known(String name) {
    if (problem == null && id == Operation.NO_ID) {
      expected("id", "a whole number from 0 to 2^53");
    }
    String ch = channel;
    if (problem == null && ch == null) {
      expected("ch", "a string");
    }
    byte[] payload = data;
    if (problem == null && payload == null && name.equals("pub")) {
      expected("data", "any JSON value");
    }
    if (problem != null || ch == null) {
      return new Operation.Invalid(id, name + ": " + problem);
    }
    return switch (name) {
      case "sub" -> new Operation.Subscribe(id, ch, since, presence);
      case "presence" -> new Operation.Members(id, ch, after);
      case "unsub" -> new Operation.Unsubscribe(id, ch, again);
      // Data that is missing is a problem.
      default -> new Operation.Publish(id, ch, requireNonNull(payload), key, dedupe);
    };
  }

  private String string(JsonParser json, String name, int mostBytes) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      json.skipChildren();
      expected(name, "a string");
      return "";
    }
    String text = json.getText();
    if (!isText(text)) {
      expected(name, "a string without half characters");
      return "";
    }
    // Between a third and all of the bytes are characters, so that most texts need no encoding.
    if (text.length() > mostBytes / 3 && text.getBytes(UTF_8).length > mostBytes) {
      expected(name, "at most " + mostBytes + " bytes");
      return "";
    }
    return text;
  }

  /** JSON can escape one half of a surrogate pair, which no UTF-8 can say. */
  private static boolean isText(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private boolean truth(JsonParser json, String name) throws IOException {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      json.skipChildren();
      expected(name, "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private long number(JsonParser json, String name, long most) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = json.getLongValue();
      if (value >= 0 && value <= most) {
        return value;
      }
    }
    json.skipChildren();
    expected(name, "a whole number from 0 to 2^53");
    return Operation.NO_ID;
  }

  private @Nullable Position position(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      expected("pos", "an object with epoch, off and tag");
      return null;
    }
    String epoch = "";
    long off = Operation.NO_ID;
    long tag = Operation.NO_ID;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "epoch" -> epoch = string(json, "pos.epoch", KEY_BYTES);
        case "off" -> off = number(json, "pos.off", MOST);
        case "tag" -> tag = number(json, "pos.tag", MOST);
        default -> json.skipChildren();
      }
    }
    if (off == Operation.NO_ID || tag == Operation.NO_ID) {
      expected("pos", "an object with epoch, off and tag");
    }
    return new Position(epoch, off, tag);
  }

  private void expected(String field, String what) {
    if (problem == null) {
      problem = field + " is missing or wrong; expected " + what;
    }
  }
}
