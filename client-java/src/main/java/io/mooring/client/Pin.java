package io.mooring.client;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * By which URL a client connects: the one that its server gave it, which leads back there, unless
 * that has failed too often; then the generic one until the next hello. Belongs to the client's
 * order.
 */
final class Pin {
  private static final int MOST_FAILURES = 3;

  private final URI generic;
  private @Nullable URI pinned;
  private int failures;

  Pin(URI generic) {
    this.generic = generic;
  }

  /** Where the next attempt goes. */
  URI url() {
    URI pin = pinned;
    return pin != null && failures < MOST_FAILURES ? pin : generic;
  }

  /** Where the client is pinned to, whatever has failed there. */
  URI current() {
    URI pin = pinned;
    return pin == null ? generic : pin;
  }

  /** A server says where to come back to. */
  void set(URI url) {
    pinned = url;
    failures = 0;
  }

  /** An attempt at {@code url} came to nothing. */
  void failed(URI url) {
    if (url.equals(pinned)) {
      failures++;
    }
  }

  /** The client begins afresh. */
  void forget() {
    pinned = null;
    failures = 0;
  }
}
