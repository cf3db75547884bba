package io.mooring.server.api;

import io.mooring.server.history.Publisher;
import io.mooring.token.Channels;

/**
 * Who asks.
 *
 * @param publisher by the subject of the token, or the name of the API key
 * @param rights the channels that may be read and published on
 */
record Caller(Publisher publisher, Channels rights) {
  /** What is published is from it. */
  String name() {
    return publisher.name();
  }
}
