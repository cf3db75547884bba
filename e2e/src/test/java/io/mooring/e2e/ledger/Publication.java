package io.mooring.e2e.ledger;

/**
 * What makes a message of the tests unique.
 *
 * @param publisher who published it
 * @param number counted by its publisher
 */
public record Publication(int publisher, int number) {
  /** How many keys a publisher's messages have, in turn. */
  private static final int KEYS = 4;

  /** Of the messages with this key the last one holds, where they have keys at all. */
  public int key() {
    return number % KEYS;
  }

  /** The next of the same publisher with the same key. */
  Publication successor() {
    return new Publication(publisher, number + KEYS);
  }
}
