package io.mooring.server.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a Redis that was silent for a while whether it is there, and ends the connection if that is
 * not answered. TCP would notice a machine that vanished after a quarter of an hour if something is
 * to be sent, and else after hours: until then nothing could be published, and what others publish
 * would not be heard. What was sent to a Redis that stands still does not pile up either.
 */
final class Pulse extends IdleStateHandler {
  private static final Logger log = LoggerFactory.getLogger(Pulse.class);

  /** Silent for so long, it is asked; for twice as long, it is given up. */
  static final Duration SILENCE = Duration.ofSeconds(2);

  Pulse() {
    super(SILENCE.toMillis(), 0, 0, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    if (event.state() == IdleState.READER_IDLE && event.isFirst()) {
      context
          .channel()
          .writeAndFlush(
              new Command<>(CommandType.PING, new StatusOutput<>(StringCodec.UTF8)),
              context.voidPromise());
    } else {
      log.warn(
          "event=redis_silent address={} silent_ms={} action=\"connecting anew\"",
          context.channel().remoteAddress(),
          2 * SILENCE.toMillis());
      context.close();
    }
  }
}
