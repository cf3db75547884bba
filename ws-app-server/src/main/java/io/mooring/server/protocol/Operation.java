package io.mooring.server.protocol;

import io.mooring.process.Secret;
import io.mooring.server.history.Position;
import org.jspecify.annotations.Nullable;

/** What a client asks for. An id is the client's own and comes back in the answer. */
public sealed interface Operation {
  /** The id of an operation that has none. */
  long NO_ID = -1;

  /**
   * @param since where the client was; null if this is no resume
   * @param presence whether it wants to know who is there, and who comes and goes
   */
  record Subscribe(long id, String channel, @Nullable Position since, boolean presence)
      implements Operation {}

  /**
   * @param again whether the client is about to subscribe again, so that it has not left the
   *     channel
   */
  record Unsubscribe(long id, String channel, boolean again) implements Operation {}

  /**
   * @param data JSON in UTF-8
   * @param key empty for none
   * @param dedupe empty for none
   */
  record Publish(long id, String channel, byte[] data, String key, String dedupe)
      implements Operation {}

  /**
   * More members of a channel.
   *
   * @param after the last user that the client knows of; empty to begin anew
   */
  record Members(long id, String channel, String after) implements Operation {}

  /**
   * A new token for this connection.
   *
   * @param id {@link #NO_ID} if there is none
   */
  record Authenticate(long id, Secret token) implements Operation {}

  /** The answer to a ping, or any other sign of life that asks for nothing. */
  record Pong() implements Operation {}

  /**
   * An operation of a name that this version does not know.
   *
   * @param id {@link #NO_ID} if there is none
   */
  record Unknown(long id, String name) implements Operation {}

  /**
   * A known operation with a field that is missing or not what it should be.
   *
   * @param id {@link #NO_ID} if there is none
   * @param problem names the field and what was expected
   */
  record Invalid(long id, String problem) implements Operation {}
}
