package io.mooring.server.stand;

import io.mooring.token.Channels;
import io.mooring.token.ConnIds;
import io.mooring.token.Grant;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Signs handshakes as the edge does, and issues tokens for sockets that are open. */
public final class Edge {
  private static final Issuer ISSUER = Issuer.create();

  private final Path keyFile;
  private final Path jwks;
  private final MasterKeys keys;

  public Edge(Path folder) throws IOException {
    keyFile = Files.writeString(folder.resolve("master.key"), MasterKeys.generate("k1"));
    keys = MasterKeys.read(keyFile);
    jwks = Files.writeString(folder.resolve("jwks.json"), ISSUER.jwks);
  }

  /** The one of all edges here, as an RSA key takes long to make. */
  private record Issuer(TokenIssuer tokens, String jwks) {
    static Issuer create() {
      try {
        Path folder = Files.createTempDirectory("mooring-issuer");
        Path privateKey = folder.resolve("issuer.jwk");
        Path publicKey = folder.resolve("jwks.json");
        TokenIssuer issuer = TokenIssuer.create(privateKey, publicKey, InstantSource.system());
        Issuer created = new Issuer(issuer, Files.readString(publicKey));
        Files.delete(privateKey);
        Files.delete(publicKey);
        Files.delete(folder);
        return created;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  public Path jwks() {
    return jwks;
  }

  /** A token that the servers of {@link #jwks} take. */
  public String token(Grant grant) {
    return ISSUER.tokens.issue(grant);
  }

  public Path keyFile() {
    return keyFile;
  }

  /** An identity of a user, for a first connect, signed now. */
  public Identity identity(String user) {
    return new Identity(
        user,
        Optional.empty(),
        "client",
        new Channels(List.of("demo.*"), List.of("demo.*")),
        System.currentTimeMillis() / 1000 + 3600,
        Optional.empty(),
        "dev",
        new ConnIds(keys).mint(user),
        "wss://edge.example:8443",
        "/ws",
        System.currentTimeMillis(),
        IdentitySigner.nonce(),
        7,
        Optional.empty());
  }

  public String header(Identity identity) {
    return header(identity, "app");
  }

  public String header(Identity identity, String service) {
    return "x-mooring-identity: " + new IdentitySigner(keys, service).sign(identity);
  }

  /** The header of a fresh identity. */
  public String header(String user) {
    return header(identity(user));
  }

  /** An identity by which a control plane asks the server's own API. */
  public Identity operator(String base, String path) {
    Identity any = identity("control-1");
    return new Identity(
        any.sub(),
        any.tenant(),
        "admin",
        Channels.NONE,
        any.exp(),
        any.jti(),
        any.kid(),
        any.conn(),
        base,
        path,
        any.iat(),
        any.nonce(),
        any.rev(),
        any.verdict());
  }

  public static Identity expiring(Identity identity, long exp) {
    return copy(
        identity,
        identity.conn(),
        identity.path(),
        identity.iat(),
        identity.channels(),
        exp,
        identity.verdict());
  }

  public static Identity at(Identity identity, String path, String conn) {
    return copy(
        identity,
        conn,
        path,
        identity.iat(),
        identity.channels(),
        identity.exp(),
        identity.verdict());
  }

  public static Identity signedAt(Identity identity, long iat) {
    return copy(
        identity,
        identity.conn(),
        identity.path(),
        iat,
        identity.channels(),
        identity.exp(),
        identity.verdict());
  }

  public static Identity with(Identity identity, Channels channels) {
    return copy(
        identity,
        identity.conn(),
        identity.path(),
        identity.iat(),
        channels,
        identity.exp(),
        identity.verdict());
  }

  public static Identity judged(Identity identity, String verdict) {
    return copy(
        identity,
        identity.conn(),
        identity.path(),
        identity.iat(),
        identity.channels(),
        identity.exp(),
        Optional.of(verdict));
  }

  public static Identity informed(Identity of, String info) {
    return new Identity(
        of.sub(),
        of.tenant(),
        of.role(),
        of.channels(),
        of.exp(),
        of.jti(),
        of.kid(),
        of.conn(),
        of.base(),
        of.path(),
        of.iat(),
        of.nonce(),
        of.rev(),
        of.verdict(),
        Optional.of(info));
  }

  private static Identity copy(
      Identity of,
      String conn,
      String path,
      long iat,
      Channels channels,
      long exp,
      Optional<String> verdict) {
    return new Identity(
        of.sub(),
        of.tenant(),
        of.role(),
        channels,
        exp,
        of.jti(),
        of.kid(),
        conn,
        of.base(),
        path,
        iat,
        IdentitySigner.nonce(),
        of.rev(),
        verdict,
        of.info());
  }
}
