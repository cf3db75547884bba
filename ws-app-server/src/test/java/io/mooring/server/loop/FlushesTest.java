package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlushesTest {
  private final EventLoop executor = new DefaultEventLoop();
  private final Flushes flushes = new Flushes(executor);
  private final List<String> flushed = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    executor.shutdownGracefully(0, 0, TimeUnit.SECONDS);
  }

  @Test
  void flushesTheOthersAndGoesOnWhenOneFails() throws Exception {
    turn(
        () -> {
          flushes.add(
              () -> {
                throw new AssertionError("as the test wants it");
              });
          flushes.add(() -> flushed.add("other"));
        });
    turn(() -> flushes.add(() -> flushed.add("later")));
    turn(() -> {});

    assertEquals(List.of("other", "later"), flushed);
  }

  private void turn(Runnable task) throws Exception {
    executor.submit(task).get(10, TimeUnit.SECONDS);
  }
}
