package io.mooring.server.handshake;

import io.mooring.server.frame.WebSocket;
import io.mooring.server.loop.Loop;

/** Decides who comes in. Called on the connection's loop. */
public interface Admission {
  /**
   * @throws RefusedException with the response that the client gets
   */
  Admitted admit(UpgradeRequest request, Loop loop);

  /**
   * What a handshake is upgraded to.
   *
   * @param socket takes the handshake's place in the pipeline
   * @param subprotocol echoed to the client; empty for none
   * @param greeting frames that leave together with the 101
   * @param entered called on the loop once 101 and greeting are flushed, if the channel is still
   *     open then
   * @param abandoned called on the loop instead of anything else if the socket never took the
   *     handshake's place
   */
  record Admitted(
      WebSocket socket,
      String subprotocol,
      byte[] greeting,
      Runnable entered,
      Runnable abandoned) {}
}
