package io.mooring.server.choice;

import java.util.Arrays;
import java.util.List;

/**
 * Choices that bytes make, one after the other, each by as few bytes as it needs: whoever changes a
 * byte changes one choice. Once the bytes are used up, every choice is the first.
 */
public final class Choices {
  private static final int BYTE = 256;

  private final byte[] bytes;
  private int at;

  public Choices(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whether there are bytes left to choose by. */
  public boolean left() {
    return at < bytes.length;
  }

  /** A number from 0 on, below {@code bound}, which is at most 65,536. */
  public int below(int bound) {
    int chosen = one();
    return (bound > BYTE ? chosen * BYTE + one() : chosen) % bound;
  }

  /** A number from {@code least} to {@code most}. */
  public int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /** True once in {@code times}, and never when no bytes are left. */
  public boolean once(int times) {
    return below(times) == times - 1;
  }

  public <T> T of(List<T> all) {
    return all.get(below(all.size()));
  }

  /** The next bytes as they are. */
  public byte[] bytes(int count) {
    int from = Math.min(at, bytes.length);
    at += count;
    return Arrays.copyOfRange(bytes, from, from + count);
  }

  /** {@code whole}, which is sometimes changed in one place, cut, or given an end of its own. */
  public byte[] damaged(byte[] whole) {
    if (whole.length == 0 || !once(8)) {
      return whole;
    }
    int place = below(BYTE * BYTE) % whole.length;
    byte[] changed = Arrays.copyOf(whole, whole.length + 1);
    return switch (below(3)) {
      case 0 -> Arrays.copyOf(whole, place);
      case 1 -> {
        changed[whole.length] = (byte) one();
        yield changed;
      }
      default -> {
        changed[place] = (byte) one();
        yield Arrays.copyOf(changed, whole.length);
      }
    };
  }

  private int one() {
    return left() ? bytes[at++] & 0xff : 0;
  }
}
