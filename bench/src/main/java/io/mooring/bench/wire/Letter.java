package io.mooring.bench.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The data of a publication, of one length always: when it was due, its number within its channel,
 * and padding. {@code {"t":1000000000000000,"n":1000000001,"p":"xx…"}}
 */
final class Letter {
  static final int TIME_DIGITS = 16;
  static final int NUMBER_DIGITS = 10;
  private static final int PADDING = 64;

  /** So that the numbers have the same count of digits whatever they are. */
  private static final long TIME_BASE = 1_000_000_000_000_000L;

  private static final long NUMBER_BASE = 1_000_000_000L;

  private static final byte[] TIME = "\"t\":".getBytes(US_ASCII);
  private static final byte[] NUMBER = ",\"n\":".getBytes(US_ASCII);
  private static final String REST = ",\"p\":\"" + "x".repeat(PADDING) + "\"}";

  /** From the first digit of the time to the first one of the number. */
  private static final int TO_NUMBER = TIME_DIGITS + NUMBER.length;

  /** From the first digit of the time to the end. */
  static final int LENGTH_FROM_TIME = TO_NUMBER + NUMBER_DIGITS + REST.length();

  private Letter() {}

  /**
   * @param due microseconds of {@link Clock}
   * @param number 1, 2, 3 … within the channel
   */
  static String of(long due, long number) {
    return "{\"t\":" + (TIME_BASE + due) + ",\"n\":" + (NUMBER_BASE + number) + REST;
  }

  /** Whether a time is named here; the digits begin after {@link #nameLength}. */
  static boolean namesTime(byte[] text, int at) {
    return text[at] == TIME[0]
        && text[at + 1] == TIME[1]
        && text[at + 2] == TIME[2]
        && text[at + 3] == TIME[3];
  }

  static int nameLength() {
    return TIME.length;
  }

  /** When it was due, given where the digits begin. */
  static long due(byte[] text, int digits) {
    return decimal(text, digits, TIME_DIGITS) - TIME_BASE;
  }

  /** Its number, given where the digits of the time begin. */
  static long number(byte[] text, int digits) {
    return decimal(text, digits + TO_NUMBER, NUMBER_DIGITS) - NUMBER_BASE;
  }

  private static long decimal(byte[] text, int from, int digits) {
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return value;
  }
}
