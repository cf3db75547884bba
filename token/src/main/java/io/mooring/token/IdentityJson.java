package io.mooring.token;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON part of the identity header. A member that a reader does not know is refused. */
final class IdentityJson {
  private @Nullable String sub;
  private @Nullable String tenant;
  private @Nullable String role;
  private @Nullable Channels channels;
  private @Nullable Long exp;
  private @Nullable String jti;
  private @Nullable String kid;
  private @Nullable String conn;
  private @Nullable String base;
  private @Nullable String path;
  private @Nullable Long iat;
  private @Nullable String nonce;
  private @Nullable Long rev;
  private @Nullable String verdict;
  private @Nullable String info;

  private IdentityJson() {}

  static byte[] write(Identity identity) {
    ByteArrayBuilder bytes = new ByteArrayBuilder(512);
    try (JsonGenerator json = StrictJson.FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("sub", identity.sub());
      write(json, "tenant", identity.tenant());
      json.writeStringField("role", identity.role());
      identity.channels().write(json);
      json.writeNumberField("exp", identity.exp());
      write(json, "jti", identity.jti());
      json.writeStringField("kid", identity.kid());
      json.writeStringField("conn", identity.conn());
      json.writeStringField("base", identity.base());
      json.writeStringField("path", identity.path());
      json.writeNumberField("iat", identity.iat());
      json.writeStringField("nonce", identity.nonce());
      json.writeNumberField("rev", identity.rev());
      write(json, "verdict", identity.verdict());
      Info.write(json, identity.info());
      json.writeEndObject();
    } catch (IOException memoryDoesNotFail) {
      throw new IllegalStateException(memoryDoesNotFail);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, String member, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(member, value.get());
    }
  }

  /**
   * @throws IOException if the bytes are not strict JSON
   * @throws StrictJson.ShapeException if they do not describe an identity
   */
  static Identity read(byte[] bytes) throws IOException {
    IdentityJson members = new IdentityJson();
    try (JsonParser json = StrictJson.FACTORY.createParser(bytes)) {
      StrictJson.begin(json);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String member = json.currentName();
        json.nextToken();
        members.read(json, member);
      }
      StrictJson.end(json);
    }
    return members.identity();
  }

  private void read(JsonParser json, String member) throws IOException {
    switch (member) {
      case "sub" -> sub = StrictJson.text(json, member);
      case "tenant" -> tenant = StrictJson.text(json, member);
      case "role" -> role = StrictJson.text(json, member);
      case "channels" -> channels = Channels.read(json);
      case "exp" -> exp = StrictJson.whole(json, member);
      case "jti" -> jti = StrictJson.text(json, member);
      case "kid" -> kid = StrictJson.text(json, member);
      case "conn" -> conn = StrictJson.text(json, member);
      case "base" -> base = StrictJson.text(json, member);
      case "path" -> path = StrictJson.text(json, member);
      case "iat" -> iat = StrictJson.whole(json, member);
      case "nonce" -> nonce = StrictJson.text(json, member);
      case "rev" -> rev = StrictJson.whole(json, member);
      case "verdict" -> verdict = StrictJson.text(json, member);
      case "info" -> info = Info.read(json);
      default -> throw new StrictJson.ShapeException("unknown member " + Quote.of(member));
    }
  }

  private Identity identity() {
    return new Identity(
        present("sub", sub),
        Optional.ofNullable(tenant),
        present("role", role),
        present("channels", channels),
        present("exp", exp),
        Optional.ofNullable(jti),
        present("kid", kid),
        present("conn", conn),
        present("base", base),
        present("path", path),
        present("iat", iat),
        present("nonce", nonce),
        present("rev", rev),
        Optional.ofNullable(verdict),
        Optional.ofNullable(info));
  }

  private static <T> T present(String member, @Nullable T value) {
    if (value == null) {
      throw new StrictJson.ShapeException(member + " is missing");
    }
    return value;
  }
}
