package io.mooring.server.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A subscriber that notes what it hears, in words. */
final class Someone implements Subscriber {
  final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  final Queue<ByteBuf> kept = new ConcurrentLinkedQueue<>();
  volatile boolean congested;
  volatile boolean keepsReplays;
  volatile boolean leavesWhenMissed;
  volatile boolean leavesWhenTold;
  volatile boolean breaksWhenSubscribed;

  private final HubStand stand;
  private final Loop loop;
  private Subscription latest = new Subscription(this, HubStand.CHANNEL);

  Someone(HubStand stand, Loop loop) {
    this.stand = stand;
    this.loop = loop;
  }

  /** Returns once the channel's home knows. */
  void join() throws Exception {
    resume(null);
  }

  /** The same. */
  void resume(@Nullable Position since) throws Exception {
    Subscription subscription = new Subscription(this, HubStand.CHANNEL);
    latest = subscription;
    loop.executor()
        .submit(() -> stand.hub.join(new Joining(subscription, 1, since)))
        .get(5, TimeUnit.SECONDS);
    stand.settle();
  }

  void leave() throws Exception {
    loop.executor().submit(() -> stand.hub.leave(latest)).get(5, TimeUnit.SECONDS);
  }

  void hears(String... expected) throws InterruptedException {
    List<String> next = new ArrayList<>();
    for (int i = 0; i < expected.length; i++) {
      next.add(next());
    }
    assertEquals(List.of(expected), next);
  }

  String next() throws InterruptedException {
    String message = heard.poll(5, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("nothing was heard");
    }
    return message;
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public void subscribed(Joining joining, Admission admission) {
    if (breaksWhenSubscribed) {
      throw new IllegalStateException("no memory to say so");
    }
    switch (admission) {
      case Admission.Fresh fresh -> heard.add("subscribed " + fresh.position().off());
      case Admission.Broken broken ->
          heard.add("broken " + broken.gap().word() + " " + broken.position().off());
      case Admission.Resumed resumed -> {
        Replay replay = resumed.replay();
        heard.add("resumed " + resumed.since().off() + " replaying " + replay.messages());
        ByteBuf frames = replay.frames();
        if (keepsReplays) {
          kept.add(frames);
          return;
        }
        if (frames.isReadable()) {
          deliver(frames);
        }
        frames.release();
      }
    }
  }

  @Override
  public void unavailable(Joining joining) {
    heard.add("unavailable");
  }

  @Override
  public void missed() {
    heard.add("missed");
    if (leavesWhenMissed) {
      stand.hub.leave(latest);
    }
  }

  @Override
  public boolean congested() {
    return congested;
  }

  @Override
  public void deliver(String channel, Update update) {
    deliver(update.key() + ": ", new String(update.frame(), UTF_8));
  }

  @Override
  public void deliver(byte[] frame) {
    deliver(Unpooled.wrappedBuffer(frame));
  }

  @Override
  public void deliver(ByteBuf frames) {
    deliver("", frames.toString(UTF_8));
    if (leavesWhenTold) {
      stand.hub.leave(latest);
    }
  }

  private void deliver(String prefix, String frames) {
    for (String json : frames.split("\\{\"op\":\"", -1)) {
      if (json.startsWith("msg")) {
        heard.add(prefix + "msg " + json.replaceAll("(?s).*?\"off\":(\\d+).*", "$1"));
      } else if (json.startsWith("lost")) {
        heard.add(
            prefix
                + "lost "
                + json.replaceAll(
                    "(?s).*?\"reason\":\"(\\w+)\".*?\"epoch\":\"(\\w+)\",\"off\":(\\d+).*",
                    "$1 $3 $2"));
      }
    }
  }
}
