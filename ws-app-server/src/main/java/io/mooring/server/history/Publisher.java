package io.mooring.server.history;

import java.util.Optional;

/** Who publishes, told apart from all others: a dedupe is its own. */
public sealed interface Publisher {
  /** The id that subscribers see. */
  String name();

  /** Different for any two of them; printable ASCII. */
  String path();

  /**
   * A user, by whatever way it comes in.
   *
   * @param tenant whose user it is; it and the name are of the tokens' grammar, without a slash
   */
  record User(Optional<String> tenant, String name) implements Publisher {
    @Override
    public String path() {
      return "user/" + tenant.orElse("") + "/" + name;
    }
  }

  /** The holder of an API key, which may be called as a user is. */
  record KeyHolder(String name) implements Publisher {
    @Override
    public String path() {
      return "key/" + name;
    }
  }
}
