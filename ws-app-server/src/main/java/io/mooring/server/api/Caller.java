package io.mooring.server.api;

import io.mooring.server.history.Publisher;
import io.mooring.token.Channels;
import java.util.Optional;

/**
 * Who asks.
 *
 * @param publisher by the subject of the token, or the name of the API key
 * @param rights the channels that may be read and published on
 * @param writes whether it may change anything
 */
record Caller(Publisher publisher, Channels rights, boolean writes) {
  /** What is published is from it. */
  String name() {
    return publisher.name();
  }

  boolean isUser() {
    return publisher instanceof Publisher.User;
  }

  Optional<String> tenant() {
    return switch (publisher) {
      case Publisher.User(Optional<String> tenant, String name) -> tenant;
      case Publisher.KeyHolder holder -> Optional.empty();
    };
  }
}
