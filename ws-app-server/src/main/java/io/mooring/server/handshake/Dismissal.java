package io.mooring.server.handshake;

import io.mooring.server.frame.CloseCode;
import io.mooring.server.frame.FrameRules;
import io.mooring.server.frame.Session;
import io.mooring.server.frame.WebSocket;
import io.mooring.server.loop.Loop;
import io.mooring.server.traffic.Traffic;
import io.netty.buffer.ByteBuf;

/** A socket that is upgraded only to be told, by its close code, why it may not stay. */
final class Dismissal implements Session {
  private static final FrameRules NOTHING = new FrameRules(0, 0, 1, false, false);

  private final Traffic traffic;
  private final WebSocket socket;
  private final CloseCode code;
  private final String reason;

  Dismissal(Loop loop, Traffic traffic, CloseCode code, String reason) {
    this.traffic = traffic;
    this.code = code;
    this.reason = reason;
    this.socket = new WebSocket(loop, NOTHING, this);
  }

  Admission.Admitted admitted(String subprotocol) {
    return new Admission.Admitted(
        socket, subprotocol, new byte[0], () -> socket.close(code, reason), () -> {});
  }

  @Override
  public void heard(boolean control) {}

  @Override
  public void text(ByteBuf message) {}

  @Override
  public void binary(ByteBuf message) {}

  @Override
  public void closing() {}

  @Override
  public void closed(int number) {
    traffic.closed(number);
  }
}
