package io.mooring.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How something is published.
 *
 * @param key the entry of the channel's snapshot that it replaces, 1 to 255 bytes in UTF-8
 * @param dedupe the publisher's own name for it, 1 to 64 bytes in UTF-8: what carries the same name
 *     within five minutes is published once. Drawn at random if absent
 * @param timeout how long to try, from the call on
 */
public record PublishOptions(Optional<String> key, Optional<String> dedupe, Duration timeout) {
  /** No key, a random dedupe, 10 seconds. */
  public static final PublishOptions DEFAULTS =
      new PublishOptions(Optional.empty(), Optional.empty(), Duration.ofSeconds(10));

  private static final int KEY_BYTES = 255;
  private static final int DEDUPE_BYTES = 64;

  public PublishOptions {
    key.ifPresent(text -> expectBytes("key", text, KEY_BYTES));
    dedupe.ifPresent(text -> expectBytes("dedupe", text, DEDUPE_BYTES));
    if (timeout.toMillis() <= 0) {
      throw new IllegalArgumentException(
          "timeout is " + timeout + "; expected at least a millisecond");
    }
  }

  /** The same with a key. */
  public PublishOptions withKey(String name) {
    return new PublishOptions(Optional.of(name), dedupe, timeout);
  }

  /** The same with the publisher's own name for it. */
  public PublishOptions withDedupe(String name) {
    return new PublishOptions(key, Optional.of(name), timeout);
  }

  /** The same with another timeout. */
  public PublishOptions withTimeout(Duration patience) {
    return new PublishOptions(key, dedupe, patience);
  }

  private static void expectBytes(String name, String text, int most) {
    int bytes = Frames.bytes(text);
    if (bytes < 1 || bytes > most) {
      throw new IllegalArgumentException(
          name + " has " + bytes + " bytes in UTF-8; expected 1 to " + most);
    }
  }
}
