package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.mooring.token.Claims;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import io.mooring.token.MasterKeys;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides about each request to {@code /api/v1}: whoever has a token may read, and the server asks
 * what; only publishers and administrators may change something. They come in with an identity that
 * is signed for the servers of the default service, to which Envoy's route leads. Safe for use by
 * many threads.
 */
final class ApiGate {
  private static final Set<String> WRITERS = Set.of("publisher", "admin");

  private final Origins origins;
  private final Base base;
  private final VerifiedTokens tokens;
  private final IdentitySigner signer;
  private final InstantSource clock;

  /**
   * @param service the one whose servers answer the API
   */
  ApiGate(
      Origins origins,
      Base base,
      VerifiedTokens tokens,
      MasterKeys keys,
      String service,
      InstantSource clock) {
    this.origins = origins;
    this.base = base;
    this.tokens = tokens;
    this.signer = new IdentitySigner(keys, service);
    this.clock = clock;
  }

  /**
   * @return the signed identity
   * @throws RefusedException naming the check that failed
   */
  String admit(HttpRequest request) {
    Map<String, String> headers = request.getHeadersMap();
    ApiTarget target = ApiTarget.parse(request.getMethod(), request.getPath());
    String reachedBy = base.reachedBy(request);
    origins.check(headers.get("origin"));
    Claims claims = tokens.claims(Credentials.token(headers));
    if (!target.reads() && !WRITERS.contains(claims.role())) {
      throw RefusedException.forbidden(
          "role", "the token's role is " + claims.role() + ", expected publisher or admin");
    }
    return signer.sign(
        new Identity(
            claims.sub(),
            claims.tenant(),
            claims.role(),
            claims.channels(),
            claims.exp(),
            claims.jti(),
            claims.kid(),
            "",
            reachedBy,
            target.signed(),
            clock.millis(),
            IdentitySigner.nonce(),
            0,
            Optional.empty()));
  }
}
