package io.mooring.server.broker;

import java.util.concurrent.ThreadLocalRandom;

/** Names for new lives of logs. */
final class Epochs {
  private static final int RADIX = 36;
  private static final long COUNT = 1L << 40;

  private Epochs() {}

  static String random() {
    return Long.toString(ThreadLocalRandom.current().nextLong(COUNT), RADIX);
  }
}
