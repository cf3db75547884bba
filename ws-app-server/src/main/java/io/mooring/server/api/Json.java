package io.mooring.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import io.mooring.server.history.Position;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes one JSON object. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final String TYPE = "application/json";

  private Json() {}

  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  static byte[] of(Fields fields) {
    ByteArrayBuilder bytes = new ByteArrayBuilder();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static void send(ServerResponse response, byte[] object) {
    response
        .header(HeaderNames.CONTENT_TYPE, TYPE)
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(object);
  }

  static void position(JsonGenerator json, Position position) throws IOException {
    json.writeStringField("epoch", position.epoch());
    json.writeNumberField("off", position.off());
    json.writeNumberField("tag", position.tag());
  }

  /** JSON in UTF-8, as it was published; copied once, as there may be many megabytes of it. */
  static void data(JsonGenerator json, byte[] data) throws IOException {
    json.writeFieldName("data");
    json.writeRawValue("");
    json.flush();
    ((ByteArrayBuilder) json.getOutputTarget()).write(data);
  }
}
