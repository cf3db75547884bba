package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code append.lua} publishes: for each publication a line {@code epoch off tag previous-tag
 * key-length from-length data-length}, followed by key, from and data.
 */
final class LiveMessage {
  private static final int FIELDS = 7;

  private LiveMessage() {}

  /**
   * @throws IllegalArgumentException if anything else was published there
   */
  static List<Delivery> parse(byte[] message) {
    List<Delivery> deliveries = new ArrayList<>(1);
    int at = 0;
    while (at < message.length) {
      int end = at;
      while (end < message.length && message[end] != '\n') {
        end++;
      }
      String[] fields = new String(message, at, end - at, US_ASCII).split(" ", -1);
      if (fields.length != FIELDS) {
        throw new IllegalArgumentException("a line of " + fields.length + " fields");
      }
      int key = end + 1;
      int from = after(key, fields[4], message);
      int data = after(from, fields[5], message);
      at = after(data, fields[6], message);
      deliveries.add(
          new Delivery(
              new Position(fields[0], number(fields[1]), number(fields[2])),
              number(fields[3]),
              new String(message, key, from - key, UTF_8),
              new String(message, from, data - from, UTF_8),
              Arrays.copyOfRange(message, data, at)));
    }
    return deliveries;
  }

  private static long number(String field) {
    long value = Long.parseLong(field);
    if (value < 0) {
      throw new IllegalArgumentException("a number below 0");
    }
    return value;
  }

  private static int after(int start, String length, byte[] message) {
    int end = start + Integer.parseUnsignedInt(length);
    if (end < start || end > message.length) {
      throw new IllegalArgumentException("a length beyond the message");
    }
    return end;
  }
}
