package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.mooring.registry.Placement;
import io.mooring.registry.RegistryView;
import io.mooring.registry.ServiceNames;
import io.mooring.token.Claims;
import io.mooring.token.ConnIds;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import io.mooring.token.MasterKeys;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Decides about each handshake: its form, its origin, its token, its place, in this order, so that
 * what costs most comes last. Does no I/O beside a look at the key file once a second; safe for use
 * by many threads.
 */
final class Gate {
  private final Origins origins;
  private final Base base;
  private final VerifiedTokens tokens;
  private final MasterKeys keys;
  private final ConnIds connIds;
  private final Supplier<RegistryView> registry;
  private final ServiceNames services;
  private final InstantSource clock;
  private final Map<String, IdentitySigner> signers = new ConcurrentHashMap<>();

  Gate(
      Origins origins,
      Base base,
      VerifiedTokens tokens,
      MasterKeys keys,
      Supplier<RegistryView> registry,
      ServiceNames services,
      InstantSource clock) {
    this.origins = origins;
    this.base = base;
    this.tokens = tokens;
    this.keys = keys;
    this.connIds = new ConnIds(keys);
    this.registry = registry;
    this.services = services;
    this.clock = clock;
  }

  /**
   * @throws RefusedException naming the check that failed
   */
  Admission admit(HttpRequest request) {
    Map<String, String> headers = request.getHeadersMap();
    Upgrade.check(request);
    Target target = Target.parse(request.getPath());
    String reachedBy = base.reachedBy(request);
    origins.check(headers.get("origin"));
    Subprotocols subprotocols = Subprotocols.parse(headers.get("sec-websocket-protocol"));
    Claims claims = tokens.claims(Credentials.token(headers, subprotocols));
    String connId = connId(target, claims);
    Placement placement =
        placed(target, services.of(target.query().service(), request.getHost()), connId);
    Identity identity =
        new Identity(
            claims.sub(),
            claims.tenant(),
            claims.role(),
            claims.channels(),
            claims.exp(),
            claims.jti(),
            claims.kid(),
            connId,
            reachedBy,
            target.path(),
            clock.millis(),
            IdentitySigner.nonce(),
            placement.revision(),
            Optional.empty(),
            claims.info());
    return new Admission(
        connId,
        signer(placement.service()).sign(identity),
        placement.addresses(),
        subprotocols,
        target.query().present());
  }

  /** Somebody else's id is only a hint of the pin. */
  private String connId(Target target, Claims claims) {
    Target.Pin pin = target.pin();
    return pin != null && connIds.belongsTo(pin.connId(), claims.sub())
        ? pin.connId()
        : connIds.mint(claims.sub());
  }

  private Placement placed(Target target, String service, String connId) {
    Target.Pin pin = target.pin();
    Placement placement =
        Placement.of(registry.get(), pin == null ? null : pin.serverId(), service, connId);
    if (placement.hosts().isEmpty()) {
      throw RefusedException.unavailable(
          "placement", "service " + placement.service() + " has no server that takes connections");
    }
    return placement;
  }

  // Only services that have servers get here, so the map does not grow beyond the registry.
  private IdentitySigner signer(String service) {
    return signers.computeIfAbsent(service, name -> new IdentitySigner(keys, name));
  }
}
