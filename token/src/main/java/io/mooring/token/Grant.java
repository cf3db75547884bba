package io.mooring.token;

import java.time.Duration;
import java.util.Optional;

/**
 * What a development token is to say; the fields are those of {@link Claims}.
 *
 * @param lifetime from now to {@code exp}; whole seconds count, negative for a token that is over
 */
public record Grant(
    String sub,
    Optional<String> tenant,
    String role,
    Channels channels,
    Duration lifetime,
    Optional<String> info) {
  /**
   * @throws IllegalArgumentException naming the claim that no verifier would take
   */
  public Grant {
    Grammar.name("sub", sub);
    tenant.ifPresent(name -> Grammar.name("tenant", name));
    Grammar.role(role);
    info = info.map(Info::parse);
  }

  /** One without an info. */
  public Grant(
      String sub, Optional<String> tenant, String role, Channels channels, Duration lifetime) {
    this(sub, tenant, role, channels, lifetime, Optional.empty());
  }
}
