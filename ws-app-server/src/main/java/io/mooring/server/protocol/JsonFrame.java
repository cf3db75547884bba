package io.mooring.server.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.mooring.server.frame.Frames;
import java.util.Arrays;

/** Builds one text frame with one JSON object, in one array. */
final class JsonFrame {
  private byte[] bytes = new byte[192];

  /** The header's length is known last, so that its longest form is kept free. */
  private int end = Frames.MAX_HEADER;

  private JsonFrame() {}

  static JsonFrame op(String name) {
    JsonFrame frame = new JsonFrame();
    frame.ascii("{\"op\":\"");
    frame.ascii(name);
    frame.one('"');
    return frame;
  }

  JsonFrame text(String name, String value) {
    name(name);
    one('"');
    if (isPlain(value)) {
      ascii(value);
    } else {
      all(JsonStringEncoder.getInstance().quoteAsUTF8(value));
    }
    one('"');
    return this;
  }

  JsonFrame number(String name, long value) {
    name(name);
    digits(value);
    return this;
  }

  JsonFrame truth(String name, boolean value) {
    name(name);
    ascii(value ? "true" : "false");
    return this;
  }

  /** A value that is JSON already. */
  JsonFrame json(String name, byte[] value) {
    name(name);
    all(value);
    return this;
  }

  JsonFrame begin(String name) {
    name(name);
    one('{');
    return this;
  }

  JsonFrame end() {
    one('}');
    return this;
  }

  JsonFrame beginList(String name) {
    name(name);
    one('[');
    return this;
  }

  /** Begins an object in a list. */
  JsonFrame beginItem() {
    if (bytes[end - 1] != '[') {
      one(',');
    }
    one('{');
    return this;
  }

  JsonFrame endList() {
    one(']');
    return this;
  }

  /** The frame, header included. */
  byte[] frame() {
    one('}');
    int length = end - Frames.MAX_HEADER;
    int start = Frames.MAX_HEADER - Frames.headerLength(length);
    Frames.header(bytes, start, Frames.TEXT, length);
    return Arrays.copyOfRange(bytes, start, end);
  }

  private void name(String name) {
    if (bytes[end - 1] != '{') {
      one(',');
    }
    one('"');
    ascii(name);
    one('"');
    one(':');
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("deprecation") // The one that narrows ASCII without a copy.
  private void ascii(String text) {
    room(text.length());
    text.getBytes(0, text.length(), bytes, end);
    end += text.length();
  }

  /** In place: a string of them would be allocated for each number of each message. */
  private void digits(long value) {
    if (value < 0) {
      ascii(Long.toString(value));
      return;
    }
    int length = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      length++;
    }
    room(length);
    end += length;
    long rest = value;
    for (int at = end - 1; at >= end - length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private void one(char c) {
    room(1);
    bytes[end++] = (byte) c;
  }

  private void all(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, end, more.length);
    end += more.length;
  }

  private void room(int more) {
    if (bytes.length - end < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more));
    }
  }
}
