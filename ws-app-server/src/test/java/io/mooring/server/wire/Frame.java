package io.mooring.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A frame as the server sent it. */
public record Frame(int opcode, byte[] payload) {

  public String text() {
    return new String(payload, UTF_8);
  }

  /** The code of a close frame; 1005 if it has none. */
  public int closeCode() {
    return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
  }

  public String closeReason() {
    return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
  }

  @Override
  public String toString() {
    return opcode == 8 ? "close " + closeCode() + " " + closeReason() : opcode + " " + text();
  }
}
