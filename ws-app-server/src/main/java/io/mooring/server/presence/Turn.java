package io.mooring.server.presence;

import io.mooring.server.history.Epochs;

/**
 * Which of a holder's words about a room it is. What keeps the room may come back as it was before,
 * so numbers alone may come twice: each series has a name of its own.
 *
 * @param series a random name
 * @param number from 1
 */
public record Turn(String series, long number) {
  /** Before the first: the holder holds nobody there. */
  public static final Turn NONE = new Turn("", 0);

  /** The first one of a new series. */
  static Turn first() {
    return new Turn(Epochs.random(), 1);
  }

  Turn next() {
    return number == 0 ? first() : new Turn(series, number + 1);
  }

  Turn before() {
    return number <= 1 ? NONE : new Turn(series, number - 1);
  }

  /** As it is kept: 0 for none. */
  @Override
  public String toString() {
    return number == 0 ? "0" : series + "n" + number;
  }
}
