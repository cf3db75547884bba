package io.mooring.server.api;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the body of a request, whatever its media type is called. */
final class Body {
  /** How much more is read of a body that is too long, so that the answer still arrives. */
  private static final long DISCARDED = 4L << 20;

  private Body() {}

  /** How many bytes it says that it has; {@code most} if it does not say, or too many. */
  static int length(ServerRequest request, int most) {
    return (int) Math.min(most, request.headers().contentLength().orElse(most));
  }

  /**
   * @param most how many bytes it may have
   * @throws RefusedException if it has more, or is not UTF-8
   */
  static byte[] read(ServerRequest request, int most) throws IOException {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    byte[] body;
    try (InputStream in = request.content().inputStream()) {
      body = in.readNBytes(most + 1);
      if (body.length > most) {
        in.readNBytes((int) DISCARDED);
        throw Problem.of(
                Status.REQUEST_ENTITY_TOO_LARGE_413,
                "too_large",
                "the body has more than " + most + " bytes; send less at once")
            .refusal();
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      return body;
    } catch (CharacterCodingException malformed) {
      throw notJson("the body is not UTF-8");
    }
  }

  static RefusedException notJson(String detail) {
    return Problem.of(Status.BAD_REQUEST_400, "not_json", detail).refusal();
  }
}
