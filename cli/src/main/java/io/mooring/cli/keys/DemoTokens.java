package io.mooring.cli.keys;

import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.TokenIssuer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Tokens of clients for the namespace {@code demo} of a development tier. Any thread. */
public final class DemoTokens {
  private static final List<String> DEMO = List.of("demo.*");

  private final TokenIssuer issuer;

  /**
   * @throws io.mooring.token.KeyFileException if the keys have no issuer
   */
  public DemoTokens(DevelopmentKeys keys) {
    this.issuer = TokenIssuer.read(keys.issuer(), InstantSource.system());
  }

  /**
   * A fresh token.
   *
   * @param sub the user
   */
  public String issue(String sub, Duration lifetime) {
    return issuer.issue(
        new Grant(sub, Optional.empty(), "client", new Channels(DEMO, DEMO), lifetime));
  }
}
