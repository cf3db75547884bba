package io.mooring.controlplane.xds;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one thread that owns every conversation; work for it is a message. */
final class Loop implements AutoCloseable {
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
    executor.execute(work);
  }

  boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
