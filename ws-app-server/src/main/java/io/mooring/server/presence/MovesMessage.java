package io.mooring.server.presence;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * What the scripts publish: a line {@code life number} with the version before; then for each join
 * a line {@code +user info-length} and the info, for each leave a line {@code -user}.
 */
final class MovesMessage {
  private final byte[] message;
  private int at;

  private MovesMessage(byte[] message) {
    this.message = message;
  }

  /**
   * @throws IllegalArgumentException if anything else was published there
   */
  static Moves parse(byte[] message) {
    return new MovesMessage(message).moves();
  }

  private Moves moves() {
    String[] version = words(line(), 2);
    List<Move> moves = new ArrayList<>(1);
    while (at < message.length) {
      moves.add(move(line()));
    }
    if (moves.isEmpty()) {
      throw new IllegalArgumentException("nothing moves");
    }
    return new Moves(new Version(version[0], Long.parseUnsignedLong(version[1])), moves);
  }

  private Move move(String line) {
    if (line.length() < 2) {
      throw new IllegalArgumentException("a line without a user");
    }
    if (line.charAt(0) == '-') {
      return new Move.Leave(line.substring(1));
    }
    if (line.charAt(0) != '+') {
      throw new IllegalArgumentException("a line that is no move");
    }
    String[] words = words(line.substring(1), 2);
    int length = Integer.parseUnsignedInt(words[1]);
    if (length < 0 || length > message.length - at) {
      throw new IllegalArgumentException("a length beyond the message");
    }
    at += length;
    return new Move.Join(words[0], new String(message, at - length, length, UTF_8));
  }

  private String line() {
    int start = at;
    while (at < message.length && message[at] != '\n') {
      at++;
    }
    return new String(message, start, at++ - start, US_ASCII);
  }

  private static String[] words(String line, int count) {
    String[] words = line.split(" ", -1);
    if (words.length != count) {
      throw new IllegalArgumentException("a line of " + words.length + " words");
    }
    return words;
  }
}
