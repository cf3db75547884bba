package io.mooring.controlplane.admin;

import io.helidon.http.Status;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who may use the admin API. */
public final class Gate {
  private static final String SCHEME = "Bearer ";

  /**
   * A page of another site can send a browser here under a name of its own, but not under these.
   */
  private static final Pattern OWN_HOSTS =
      Pattern.compile("(localhost|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?");

  private final boolean open;
  private final @Nullable TokenVerifier tokens;

  private Gate(boolean open, @Nullable TokenVerifier tokens) {
    this.open = open;
    this.tokens = tokens;
  }

  /** For development: no token, but only under the name localhost or a literal address. */
  public static Gate open() {
    return new Gate(true, null);
  }

  /** For whoever has a token of sufficient role. */
  public static Gate guardedBy(TokenVerifier tokens) {
    return new Gate(false, tokens);
  }

  /** For nobody: no keys are configured that could verify a token. */
  public static Gate closed() {
    return new Gate(false, null);
  }

  /**
   * @return why the request is refused; empty if it may go on
   */
  Optional<Problem> refusal(Role needed, String host, Optional<String> authorization) {
    if (open) {
      return OWN_HOSTS.matcher(host).matches()
          ? Optional.empty()
          : Optional.of(
              new Problem(
                  Status.FORBIDDEN_403,
                  "foreign_host",
                  "the admin API is open, and then answers under localhost or a literal address only;"
                      + " Host was \""
                      + host
                      + "\""));
    }
    TokenVerifier verifier = tokens;
    if (verifier == null) {
      return Optional.of(
          new Problem(
              Status.FORBIDDEN_403,
              "closed",
              "admin.open is false and token.jwks names no keys, so nobody can be let in; set one of"
                  + " them in the control plane's configuration"));
    }
    Optional<String> token =
        authorization
            .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
            .map(header -> header.substring(SCHEME.length()).strip());
    if (token.isEmpty()) {
      return Optional.of(
          new Problem(
              Status.UNAUTHORIZED_401,
              "no_token",
              "expected Authorization: Bearer <token> with role "
                  + needed.claim()
                  + " or more; mooring token new --role "
                  + needed.claim()
                  + " makes one in development"));
    }
    return switch (verifier.verify(token.get())) {
      case Verification.Refused refused ->
          Optional.of(
              new Problem(
                  Status.UNAUTHORIZED_401,
                  "bad_token",
                  "the token was refused at step " + refused.step() + ": " + refused.detail()));
      case Verification.Accepted accepted -> tooLittle(needed, accepted.claims().role());
    };
  }

  private static Optional<Problem> tooLittle(Role needed, String role) {
    return Role.of(role).filter(held -> held.includes(needed)).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                Status.FORBIDDEN_403,
                "role",
                "the token's role is " + role + "; expected " + needed.claim() + " or more"));
  }
}
