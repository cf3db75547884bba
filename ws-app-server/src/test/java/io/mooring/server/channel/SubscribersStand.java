package io.mooring.server.channel;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.server.Memory;
import io.mooring.server.frame.Frames;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.traffic.Traffic;
import io.netty.channel.SingleThreadEventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The subscribers of a channel on the only loop, that conflates and compresses. */
final class SubscribersStand implements AutoCloseable {
  static final String CHANNEL = "demo.x";

  private final Loops loops = new Loops(1);
  final Loop loop = loops.at(0);
  final Memory memory = new Memory();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Subscribers subscribers =
      new Subscribers(CHANNEL, loop, memory, true, true, new Traffic(meters));

  @Override
  public void close() {
    loops.close();
  }

  void add(Subscription subscription) {
    add(subscription, subscribers);
  }

  /** Adds one to others than the stand's. */
  static void add(Subscription subscription, Subscribers among) {
    among.add(new Joining(subscription, 1, null), new Admission.Fresh(new Position("e", 0, 0)));
  }

  void send(byte[] frame) {
    send("", frame);
  }

  void send(String key, byte[] frame) {
    subscribers.send(new Update(key, frame), System.nanoTime());
  }

  /** Runs the task on the loop, up to the end of its turn. */
  void turn(Runnable task) throws Exception {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loop.executor()
        .submit(
            () -> {
              ((SingleThreadEventLoop) loop.executor())
                  .executeAfterEventLoopIteration(() -> ended.complete(null));
              task.run();
            })
        .get(30, TimeUnit.SECONDS);
    ended.get(10, TimeUnit.SECONDS);
  }

  /** How many bytes of a frame are left when it is compressed. */
  int deflated(byte[] frame) throws Exception {
    return loop.executor().submit(() -> Frames.deflated(frame, loop.flate()).length).get();
  }

  /** A frame of 1,000 bytes, of which compression leaves few. */
  static byte[] compressible() {
    byte[] text = new byte[1_000];
    Frames.header(text, 0, Frames.TEXT, text.length - Frames.headerLength(text.length - 4));
    return text;
  }
}
