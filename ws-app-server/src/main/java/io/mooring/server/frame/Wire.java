package io.mooring.server.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;

/**
 * The way below a channel's outbound queue: what is to be sent goes straight to the operating
 * system, without an entry, a promise and a count of pending bytes for it.
 */
final class Wire {
  private Wire() {}

  /**
   * Gives bytes to the operating system. Called on the channel's loop while nothing is in the
   * channel's queue, which would have to go first.
   *
   * @param frames left as they are
   * @return how many bytes were taken: fewer than all if there is no room for them; none as well if
   *     the socket is broken, of which the channel learns by its own next write, or if the channel
   *     is none of those that tell their descriptor
   */
  static int take(Channel channel, ByteBuf frames) {
    // A descriptor that was closed may be another socket's by now. It is closed on the channel's
    // loop: these sockets do not linger, which would have another thread close them.
    if (channel.isActive()
        && channel instanceof UnixChannel below
        && below.fd() instanceof Socket socket
        && frames.hasMemoryAddress()) {
      try {
        return socket.sendAddress(
            frames.memoryAddress(), frames.readerIndex(), frames.writerIndex());
      } catch (IOException broken) {
        return 0;
      }
    }
    return 0;
  }
}
