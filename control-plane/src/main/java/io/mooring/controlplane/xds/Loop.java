package io.mooring.controlplane.xds;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that owns every conversation; work for it is a message. */
final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private volatile @Nullable Thread thread;
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          work -> thread = Thread.ofPlatform().name("xds").daemon().unstarted(work),
          // After close there is nobody left to tell.
          new ThreadPoolExecutor.DiscardPolicy());

  void execute(Runnable work) {
    executor.execute(
        () -> {
          try {
            work.run();
          } catch (RuntimeException failed) {
            log.error("event=xds_work_failed", failed);
          }
        });
  }

  boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
