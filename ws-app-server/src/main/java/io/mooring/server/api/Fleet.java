package io.mooring.server.api;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mooring.server.handshake.Nonces;
import io.mooring.token.Identity;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in whoever signed the request with the fleet's keys, as its administrator, for this server
 * and this path, and once. Safe for all threads.
 */
public final class Fleet {
  private static final Logger log = LoggerFactory.getLogger(Fleet.class);

  private static final HeaderName IDENTITY = HeaderNames.create("x-mooring-identity");
  private static final String ADMIN = "admin";

  private final IdentityVerifier verifier;
  private final Nonces nonces;
  private final Supplier<String> base;

  /**
   * @param base scheme and authority under which the control planes ask this server
   */
  public Fleet(IdentityVerifier verifier, Nonces nonces, Supplier<String> base) {
    this.verifier = verifier;
    this.nonces = nonces;
    this.base = base;
  }

  /**
   * @param path the one that must have been signed
   * @throws RefusedException saying what is wrong with the request's identity
   */
  void check(ServerRequest request, String path) {
    List<String> headers = request.headers().all(IDENTITY, List::of);
    if (headers.size() != 1) {
      throw refused(
          Status.UNAUTHORIZED_401,
          "identity_missing",
          "expected x-mooring-identity once, signed by a control plane of the fleet");
    }
    Identity identity =
        switch (verifier.verify(headers.getFirst())) {
          case IdentityCheck.Valid valid -> valid.identity();
          case IdentityCheck.Invalid invalid -> {
            log.info("event=identity_refused path={} reason=\"{}\"", path, invalid.reason());
            throw forbidden("identity_invalid", "the identity header does not hold");
          }
        };
    if (!identity.path().equals(path)) {
      throw forbidden("identity_path", "the identity header was signed for another path");
    }
    if (!identity.role().equals(ADMIN)) {
      throw forbidden("role", "the role is " + identity.role() + ", expected " + ADMIN);
    }
    if (!identity.base().equals(base.get())) {
      log.info("event=identity_of_another base={} expected={}", identity.base(), base.get());
      throw forbidden("identity_base", "the identity header was signed for another server");
    }
    if (!nonces.use(identity.nonce())) {
      throw forbidden("identity_replayed", "the identity header was used before");
    }
  }

  private static RefusedException forbidden(String code, String detail) {
    return refused(Status.FORBIDDEN_403, code, detail);
  }

  private static RefusedException refused(Status status, String code, String detail) {
    return new RefusedException(Problem.of(status, code, detail));
  }
}
