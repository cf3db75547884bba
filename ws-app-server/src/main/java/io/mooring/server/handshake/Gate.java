package io.mooring.server.handshake;

import io.mooring.server.connection.Connection;
import io.mooring.server.connection.Connections;
import io.mooring.server.connection.Environment;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.loop.Loop;
import io.mooring.server.protocol.Hello;
import io.mooring.server.registration.Membership;
import io.mooring.token.Identity;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.Ids;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in who carries an identity that the edge signed for this very handshake, once, while the
 * server can take one more. Safe for use by all loops.
 */
public final class Gate implements Admission {
  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  private static final String IDENTITY = "x-mooring-identity";
  private static final String ENVOY = "x-mooring-edge";
  private static final String ROOT = "/ws";
  private static final String BEARER = "bearer.";

  private final String serverId;
  private final Environment environment;
  private final IdentityVerifier verifier;
  private final Nonces nonces;
  private final Supplier<Membership> membership;
  private final long deadlineNanos;

  /**
   * @param deadline how long a handshake may have waited for its loop: one that waited longer is
   *     given up by the edge soon, and answering it would only delay the next
   */
  public Gate(
      String serverId,
      Environment environment,
      IdentityVerifier verifier,
      InstantSource clock,
      Supplier<Membership> membership,
      Duration deadline) {
    this.serverId = serverId;
    this.environment = environment;
    this.verifier = verifier;
    this.nonces = new Nonces(clock);
    this.membership = membership;
    this.deadlineNanos = deadline.toNanos();
  }

  @Override
  public Admitted admit(UpgradeRequest request, Loop loop) {
    expectOpen();
    if (loop.lagNanos() > deadlineNanos) {
      throw Refusal.unavailable("overloaded", "the server is behind with its work").exception();
    }
    Identity identity = identity(request);
    Optional<Dismissal> dismissal = dismissal(request, loop, identity);
    Connections connections = environment.connections();
    boolean stays = dismissal.isEmpty();
    if (stays && !connections.reserve()) {
      throw Refusal.unavailable("full", "the server holds as many connections as it may")
          .exception();
    }
    try {
      // Again, now that it counts: a drain that counts nobody must not have overlooked this one.
      long generation = expectOpen();
      if (!nonces.use(identity.nonce())) {
        throw usedBefore(request);
      }
      return dismissal.isPresent()
          ? dismissal.get().admitted(subprotocol(request))
          : admitted(request, loop, identity, generation);
    } catch (Throwable refused) {
      // Whatever it is: a place that is not given back is lost for good.
      if (stays) {
        connections.release();
      }
      throw refused;
    }
  }

  private Admitted admitted(UpgradeRequest request, Loop loop, Identity identity, long generation) {
    Connection connection = new Connection(environment, loop, identity, envoy(request));
    String url = identity.base() + ROOT + "/" + serverId + "/" + identity.conn();
    byte[] hello =
        environment
            .dialect()
            .hello(new Hello(identity.conn(), serverId, generation, url), environment.terms());
    return new Admitted(
        connection.socket(),
        subprotocol(request),
        hello,
        connection::enter,
        environment.connections()::release);
  }

  /** The server's generation, if it takes connections. */
  private long expectOpen() {
    return switch (membership.get()) {
      case Membership.Registered registered -> registered.generation();
      case Membership.Registering registering ->
          throw Refusal.unavailable("registering", "the server is not registered yet").exception();
      case Membership.Fenced fenced ->
          throw Refusal.unavailable("fenced", "another instance has the server's id").exception();
      case Membership.Draining draining -> throw leaving();
      case Membership.Leaving leaving -> throw leaving();
    };
  }

  private static RefusedException leaving() {
    return Refusal.unavailable("draining", "the server is leaving; another takes the connection")
        .exception();
  }

  private Identity identity(UpgradeRequest request) {
    String header = request.head().single(IDENTITY);
    if (header.isEmpty()) {
      throw Refusal.of(401, "identity_missing", "come in through the edge").exception();
    }
    Identity identity =
        switch (verifier.verify(header)) {
          case IdentityCheck.Valid valid -> valid.identity();
          case IdentityCheck.Invalid invalid -> {
            log.info("event=identity_refused reason=\"{}\"", invalid.reason());
            // Another server may take it: one of its own service, or one whose clock is right.
            throw Refusal.unavailable("identity_invalid", "the identity header does not hold")
                .exception();
          }
        };
    if (!identity.path().equals(request.path())) {
      throw forbidden("identity_path", "the identity header was signed for another path");
    }
    if (!isRoute(request.path())) {
      throw Refusal.of(404, "not_found", "expected /ws or /ws/<server_id>/<conn_id>").exception();
    }
    return identity;
  }

  /**
   * The edge takes a try that was not answered in time to another server, and where there is none
   * left back to the one that has taken it meanwhile: its client is to come again, with an identity
   * of its own.
   */
  private static RefusedException usedBefore(UpgradeRequest request) {
    return Attempt.isRetry(request.head().single(Attempt.HEADER))
        ? Refusal.unavailable("identity_retried", "an earlier try was taken, but not in time")
            .exception()
        : forbidden("identity_replayed", "the identity header was used before");
  }

  private static boolean isRoute(String path) {
    if (path.equals(ROOT)) {
      return true;
    }
    int server = ROOT.length() + 1;
    int slash = path.indexOf('/', server);
    return path.startsWith(ROOT + "/")
        && slash > 0
        && Ids.valid(path, server, slash)
        && Ids.valid(path, slash + 1, path.length());
  }

  private Optional<Dismissal> dismissal(UpgradeRequest request, Loop loop, Identity identity) {
    if (identity.verdict().isPresent()) {
      Verdict verdict =
          Verdict.parse(identity.verdict().get())
              .orElseThrow(() -> forbidden("identity_invalid", "the verdict cannot be read"));
      return Optional.of(
          new Dismissal(loop, environment.traffic(), verdict.code(), verdict.reason()));
    }
    List<String> offered = offered(request);
    if (!offered.isEmpty() && !offered.contains(environment.dialect().subprotocol())) {
      return Optional.of(
          new Dismissal(
              loop, environment.traffic(), CloseCode.VERSION, CloseCode.VERSION.reason()));
    }
    return Optional.empty();
  }

  /** Only for people to read, so that one with a strange name is let in, too. */
  private static String envoy(UpgradeRequest request) {
    String id = request.head().single(ENVOY);
    return Ids.valid(id) ? id : "";
  }

  private String subprotocol(UpgradeRequest request) {
    String known = environment.dialect().subprotocol();
    return request.subprotocols().contains(known) ? known : "";
  }

  /** A token among the subprotocols is no offer of one. */
  private static List<String> offered(UpgradeRequest request) {
    return request.subprotocols().stream().filter(name -> !name.startsWith(BEARER)).toList();
  }

  private static RefusedException forbidden(String code, String detail) {
    return Refusal.of(403, code, detail).exception();
  }
}
