package io.mooring.server.fuzz;

import io.mooring.server.choice.Choices;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What one target reads. For Jazzer, which knows but one target, its first byte says which target
 * reads the rest, and whether it reads that as it is or what a maker chooses by it.
 */
record Input(Target target, byte[] bytes) {
  private static final Target[] TARGETS = Target.values();

  static Input of(byte[] jazzers) {
    int first = jazzers.length == 0 ? 0 : jazzers[0] & 0xff;
    Target target = TARGETS[first % TARGETS.length];
    byte[] rest = Arrays.copyOfRange(jazzers, Math.min(1, jazzers.length), jazzers.length);
    boolean made = first / TARGETS.length % 2 == 1;
    return new Input(target, made ? target.make(new Choices(rest)) : rest);
  }

  /** Of a text that {@link #toString} gave. */
  static Input of(String text) {
    String[] parts = text.split(":", 2);
    return new Input(Target.valueOf(parts[0]), HexFormat.of().parseHex(parts[1]));
  }

  /** For Jazzer, to be read as it is. */
  static byte[] given(Target target, byte[] bytes) {
    return with(target.ordinal(), bytes);
  }

  /** For Jazzer, to be chosen by. */
  static byte[] made(Target target, byte[] choices) {
    return with(target.ordinal() + TARGETS.length, choices);
  }

  void read() throws Exception {
    target.read(bytes);
  }

  String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public String toString() {
    return target + ":" + hex();
  }

  private static byte[] with(int first, byte[] rest) {
    byte[] all = new byte[rest.length + 1];
    all[0] = (byte) first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
