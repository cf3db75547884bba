package io.mooring.client;

/** A number for a set of users, as {@code docs/protocol.md} has it. */
final class Digest {
  private static final int FNV_OFFSET = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  private Digest() {}

  /** From 0 to 2^32 - 1, whatever their order. */
  static long of(Iterable<String> users) {
    int sum = 0;
    for (String user : users) {
      sum += of(user);
    }
    return Integer.toUnsignedLong(sum);
  }

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
