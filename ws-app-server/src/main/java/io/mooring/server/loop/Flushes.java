package io.mooring.server.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flushes each socket once per turn of the loop, however much was written to it in that turn.
 * Belongs to its loop.
 */
public final class Flushes {
  /** Something that has written and must be flushed. */
  public interface Outlet {
    void flush();
  }

  private static final Logger log = LoggerFactory.getLogger(Flushes.class);

  private @Nullable Outlet[] waiting = new @Nullable Outlet[64];
  private int size;

  /** Flushes {@code outlet} at the end of this turn. The caller does not add one twice. */
  public void add(Outlet outlet) {
    if (size == waiting.length) {
      waiting = Arrays.copyOf(waiting, size * 2);
    }
    waiting[size++] = outlet;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void run() {
    // A flush may write to others (a closed socket leaves its channels): those are appended.
    for (int i = 0; i < size; i++) {
      Outlet outlet = waiting[i];
      waiting[i] = null;
      if (outlet != null) {
        try {
          outlet.flush();
        } catch (Throwable broken) {
          // One that got out would leave the size as it is, and nothing would ever be flushed.
          log.error("event=flush_failed of={}", outlet.getClass().getName(), broken);
        }
      }
    }
    size = 0;
  }
}
