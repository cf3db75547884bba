package io.mooring.controlplane.connections;

import io.mooring.registry.Server;
import io.mooring.token.Channels;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import io.mooring.token.MasterKeys;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Signs what this process asks of a server, in the key of that server's service: a server of
 * another service cannot use it. Safe for all threads.
 */
final class Letter {
  private static final long VALID_SECONDS = 30;

  private final MasterKeys keys;
  private final String sender;
  private final InstantSource clock;
  private final Map<String, IdentitySigner> signers = new ConcurrentHashMap<>();

  /**
   * @param sender the name of this process
   */
  Letter(MasterKeys keys, String sender, InstantSource clock) {
    this.keys = keys;
    this.sender = sender;
    this.clock = clock;
  }

  /** The value of x-mooring-identity for one request to this server. */
  String to(Server server, String base, String path, long revision) {
    long now = clock.millis();
    return signers
        .computeIfAbsent(server.service(), service -> new IdentitySigner(keys, service))
        .sign(
            new Identity(
                sender,
                Optional.empty(),
                "admin",
                Channels.NONE,
                now / 1000 + VALID_SECONDS,
                Optional.empty(),
                "control-plane",
                "",
                base,
                path,
                now,
                IdentitySigner.nonce(),
                revision,
                Optional.empty()));
  }
}
