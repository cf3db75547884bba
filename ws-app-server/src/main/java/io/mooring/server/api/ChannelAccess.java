package io.mooring.server.api;

import io.helidon.http.Status;
import io.mooring.server.access.Access;
import io.mooring.server.access.Authorizer;
import io.mooring.server.access.Namespace;
import io.mooring.server.access.Namespaces;
import io.mooring.server.history.Retention;

/** Which channels a caller may read and publish on, and how much of them is kept. */
final class ChannelAccess {
  private static final String GRAMMAR = "1 to 255 of [A-Za-z0-9._:~-]";

  private final Authorizer authorizer;
  private final Namespaces namespaces;

  ChannelAccess(Authorizer authorizer, Namespaces namespaces) {
    this.authorizer = authorizer;
    this.namespaces = namespaces;
  }

  /**
   * @return what is kept of the channel
   * @throws RefusedException unless the caller may publish on it
   */
  Retention publish(Caller caller, String channel) {
    return granted(
        authorizer.publish(caller.rights(), caller.name(), channel), "publish on", channel);
  }

  /**
   * @return what is kept of the channel
   * @throws RefusedException unless the caller may read it
   */
  Retention read(Caller caller, String channel) {
    return granted(authorizer.read(caller.rights(), caller.name(), channel), "read", channel);
  }

  private Retention granted(Access access, String what, String channel) {
    return switch (access) {
      case GRANTED -> namespaces.of(channel).map(Namespace::history).orElseThrow();
      case BAD_CHANNEL ->
          throw Problem.of(Status.BAD_REQUEST_400, "bad_channel", "ch", channel, GRAMMAR).refusal();
      case NO_SUCH_NAMESPACE ->
          throw Problem.of(
                  Status.NOT_FOUND_404,
                  "no_such_namespace",
                  "ch",
                  channel,
                  "a channel whose name begins with a namespace of the configuration and a dot")
              .refusal();
      case FORBIDDEN ->
          throw Problem.of(
                  Status.FORBIDDEN_403,
                  "forbidden",
                  "ch",
                  channel,
                  "a channel that the credential allows to " + what)
              .refusal();
    };
  }
}
