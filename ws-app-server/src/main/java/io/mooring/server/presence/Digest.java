package io.mooring.server.presence;

/**
 * A number for a set of users, whatever their order, that a client compares with its own: that of
 * another set is another one, but for one in four billion. The client protocol has it in words.
 */
public final class Digest {
  private static final int FNV_OFFSET = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  private int sum;

  public void add(String user) {
    sum += of(user);
  }

  public void remove(String user) {
    sum -= of(user);
  }

  /** From 0 to 2^32 - 1; 0 for nobody. */
  public long value() {
    return Integer.toUnsignedLong(sum);
  }

  /** FNV-1a, and the end of MurmurHash3, without which the sums of like names would be alike. */
  private static int of(String user) {
    int hash = FNV_OFFSET;
    for (int i = 0; i < user.length(); i++) {
      hash = (hash ^ user.charAt(i)) * FNV_PRIME;
    }
    hash = (hash ^ hash >>> 16) * 0x85ebca6b;
    hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }
}
