package io.mooring.server.connection;

import io.mooring.server.access.Authorizer;
import io.mooring.server.access.Namespaces;
import io.mooring.server.broker.Broker;
import io.mooring.server.channel.Hub;
import io.mooring.server.frame.FrameRules;
import io.mooring.server.frame.Frames;
import io.mooring.server.liveness.Liveness;
import io.mooring.server.presence.Attendance;
import io.mooring.server.presence.Audiences;
import io.mooring.server.protocol.Dialect;
import io.mooring.server.protocol.Terms;
import io.mooring.server.renewal.Renewals;
import io.mooring.server.traffic.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.InstantSource;

/**
 * What all connections of a server share.
 *
 * @param replayStallMillis how long a client may take nothing in of what is replayed to it
 * @param pings the dialect's ping and a WebSocket ping, in one buffer that is never released
 */
public record Environment(
    Dialect dialect,
    Terms terms,
    FrameRules frames,
    Liveness.Times times,
    Rate rate,
    long replayStallMillis,
    Hub hub,
    Broker broker,
    Attendance attendance,
    Audiences audiences,
    Namespaces namespaces,
    Authorizer authorizer,
    Renewals renewals,
    Connections connections,
    Traffic traffic,
    InstantSource clock,
    ByteBuf pings) {
  /** A message cut into smaller frames than this, in bytes, costs more than it is worth. */
  private static final int LEAST_FRAGMENT = 64;

  private static final int FEW_FRAGMENTS = 16;

  public static Environment of(
      Dialect dialect,
      Terms terms,
      long replayStallMillis,
      Hub hub,
      Broker broker,
      Attendance attendance,
      Audiences audiences,
      Namespaces namespaces,
      Authorizer authorizer,
      Renewals renewals,
      Connections connections,
      Traffic traffic,
      InstantSource clock) {
    int fragments = Math.max(FEW_FRAGMENTS, terms.messageBytes() / LEAST_FRAGMENT);
    return new Environment(
        dialect,
        terms,
        new FrameRules(terms.frameBytes(), terms.messageBytes(), fragments, true, false),
        new Liveness.Times(terms.pingMillis(), terms.pongMillis(), terms.firstMessageMillis()),
        new Rate(terms.messages()),
        replayStallMillis,
        hub,
        broker,
        attendance,
        audiences,
        namespaces,
        authorizer,
        renewals,
        connections,
        traffic,
        clock,
        pings(dialect));
  }

  private static ByteBuf pings(Dialect dialect) {
    byte[] ping = dialect.ping();
    byte[] control = new byte[Frames.headerLength(0)];
    Frames.header(control, 0, Frames.PING, 0);
    ByteBuf both = Unpooled.directBuffer(ping.length + control.length);
    return Unpooled.unreleasableBuffer(both.writeBytes(ping).writeBytes(control));
  }
}
