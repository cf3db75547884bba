package io.mooring.server.history;

import java.util.concurrent.ThreadLocalRandom;

/** Names for new lives of logs. */
public final class Epochs {
  private static final int RADIX = 36;
  private static final long COUNT = 1L << 40;

  private Epochs() {}

  public static String random() {
    return Long.toString(ThreadLocalRandom.current().nextLong(COUNT), RADIX);
  }
}
