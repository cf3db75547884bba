package io.mooring.server.api;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mooring.server.handshake.Attempt;
import io.mooring.server.handshake.Nonces;
import io.mooring.server.history.Publisher;
import io.mooring.token.ApiKeys;
import io.mooring.token.Channels;
import io.mooring.token.Identity;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who asks, by the one credential of the request: the identity that an auth-filter signed
 * for a request through the edge, or a token or an API key where somebody comes directly. Safe for
 * use by many threads.
 */
public final class Callers {
  private static final Logger log = LoggerFactory.getLogger(Callers.class);

  private static final HeaderName IDENTITY = HeaderNames.create("x-mooring-identity");
  private static final HeaderName ATTEMPT = HeaderNames.create(Attempt.HEADER);
  private static final HeaderName API_KEY = HeaderNames.create("x-api-key");
  private static final Set<String> ROLES = Set.of("publisher", "admin");
  private static final String SCHEME = "Bearer ";

  private final IdentityVerifier identities;
  private final Nonces nonces;
  private final TokenVerifier tokens;
  private final ApiKeys keys;

  /**
   * @param nonces those of the identities that came to the API
   */
  public Callers(IdentityVerifier identities, Nonces nonces, TokenVerifier tokens, ApiKeys keys) {
    this.identities = identities;
    this.nonces = nonces;
    this.tokens = tokens;
    this.keys = keys;
  }

  /**
   * Who asks to change something.
   *
   * @throws RefusedException saying what is wrong with the credential, or that its role may only
   *     read
   */
  Caller writer(ServerRequest request) {
    return check(request, ROLES::contains);
  }

  /**
   * Who asks to read, whatever the role: what may be read is for the channels' rights to say.
   *
   * @throws RefusedException saying what is wrong with the credential
   */
  Caller reader(ServerRequest request) {
    return check(request, role -> true);
  }

  private Caller check(ServerRequest request, Predicate<String> roles) {
    List<String> identity = request.headers().all(IDENTITY, List::of);
    List<String> authorization = request.headers().all(HeaderNames.AUTHORIZATION, List::of);
    List<String> key = request.headers().all(API_KEY, List::of);
    int credentials = identity.size() + authorization.size() + key.size();
    if (credentials != 1) {
      throw unauthorized(
          credentials == 0 ? "credentials_missing" : "credentials_many",
          credentials
              + " credentials, expected one: Authorization: Bearer with a token, or X-API-Key");
    }
    if (!identity.isEmpty()) {
      return byIdentity(request, identity.getFirst(), roles);
    }
    return key.isEmpty() ? byToken(authorization.getFirst(), roles) : byKey(key.getFirst());
  }

  private Caller byIdentity(ServerRequest request, String header, Predicate<String> roles) {
    Identity identity =
        switch (identities.verify(header)) {
          case IdentityCheck.Valid valid -> valid.identity();
          case IdentityCheck.Invalid invalid -> {
            log.info("event=identity_refused api=true reason=\"{}\"", invalid.reason());
            throw forbidden("identity_invalid", "the identity header does not hold");
          }
        };
    String asked =
        request.prologue().method().text() + " " + request.prologue().uriPath().rawPath();
    if (!identity.path().equals(asked) || identity.verdict().isPresent()) {
      throw forbidden("identity_path", "the identity header was signed for another request");
    }
    Caller caller =
        caller(identity.tenant(), identity.sub(), identity.role(), identity.channels(), roles);
    if (!nonces.use(identity.nonce())) {
      throw usedBefore(request);
    }
    return caller;
  }

  /** A request that was read too slowly may come back from the edge, if no other server is left. */
  private static RefusedException usedBefore(ServerRequest request) {
    return Attempt.isRetry(request.headers().first(ATTEMPT).orElse(""))
        ? Problem.unavailable("an earlier try was taken, but not answered in time").refusal()
        : forbidden("identity_replayed", "the identity header was used before");
  }

  private Caller byToken(String authorization, Predicate<String> roles) {
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw unauthorized("bad_auth", "authorization is not \"Bearer <token>\"");
    }
    return switch (tokens.verify(authorization.substring(SCHEME.length()).strip())) {
      case Verification.Accepted(var claims) ->
          caller(claims.tenant(), claims.sub(), claims.role(), claims.channels(), roles);
      case Verification.Refused(var step, var detail) ->
          throw unauthorized("bad_auth", "the token's " + step.label() + ": " + detail);
    };
  }

  private Caller byKey(String sent) {
    return keys.holder(sent)
        .map(holder -> new Caller(new Publisher.KeyHolder(holder.name()), holder.channels(), true))
        .orElseThrow(
            () -> unauthorized("bad_auth", "no API key is this one; expected <name>.<secret>"));
  }

  private static Caller caller(
      Optional<String> tenant, String name, String role, Channels rights, Predicate<String> roles) {
    if (!roles.test(role)) {
      throw forbidden("role", "the role is " + role + ", expected publisher or admin");
    }
    return new Caller(new Publisher.User(tenant, name), rights, ROLES.contains(role));
  }

  private static RefusedException unauthorized(String code, String detail) {
    return Problem.of(Status.UNAUTHORIZED_401, code, detail).refusal();
  }

  private static RefusedException forbidden(String code, String detail) {
    return Problem.of(Status.FORBIDDEN_403, code, detail).refusal();
  }
}
