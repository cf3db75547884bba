package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.broker.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubscribersTest {
  private final Loops loops = new Loops(1);
  private final Loop loop = loops.at(0);
  private final Memory memory = new Memory();
  private final Subscribers subscribers = new Subscribers("demo.x", loop, memory, count -> {});
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void tellsItsMembersWhenFramesCannotBeHeldAndGoesOnWithTheNext() throws Exception {
    turn(() -> join("ann", "bob"));

    memory.full = true;
    turn(() -> subscribers.send(new byte[10]));
    turn(() -> memory.full = false);
    turn(() -> subscribers.send(new byte[7]));
    turn(() -> {});

    assertEquals(List.of("bob missed", "ann missed", "bob 7", "ann 7"), heard);
  }

  @Test
  void deliversToTheOthersWhenOneFails() throws Exception {
    turn(() -> join("ann", "broken", "bob"));

    turn(() -> subscribers.send(new byte[7]));
    turn(() -> {});

    assertEquals(List.of("bob 7", "broken missed", "ann 7"), heard);
  }

  private void join(String... names) {
    for (String name : names) {
      subscribers.add(
          new Subscription(new Member(name), "demo.x", 1, false), new Position("e", 0, 0));
    }
  }

  private void turn(Runnable task) throws Exception {
    loop.executor().submit(task).get(10, TimeUnit.SECONDS);
  }

  private final class Member implements Subscriber {
    private final String name;

    Member(String name) {
      this.name = name;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public void subscribed(Subscription subscription, Position position) {}

    @Override
    public void unavailable(Subscription subscription) {}

    @Override
    public void deliver(ByteBuf frames) {
      if (name.equals("broken")) {
        throw new AssertionError("as the test wants it");
      }
      heard.add(name + " " + frames.readableBytes());
    }

    @Override
    public void missed() {
      heard.add(name + " missed");
    }
  }

  /** Direct memory that can be used up. */
  private static final class Memory extends AbstractByteBufAllocator {
    private volatile boolean full;

    @Override
    protected ByteBuf newHeapBuffer(int initial, int most) {
      return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initial, most);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initial, int most) {
      if (full) {
        throw new OutOfMemoryError("as the test wants it");
      }
      return UnpooledByteBufAllocator.DEFAULT.directBuffer(initial, most);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
