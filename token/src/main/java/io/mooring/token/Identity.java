package io.mooring.token;

import java.util.Optional;

/**
 * Who stands behind one handshake or one request to the API, as auth-filter tells it to a server in
 * the header {@code x-mooring-identity}; one use each.
 *
 * @param sub the user's id
 * @param tenant whose user it is
 * @param role client, publisher, view, operate or admin
 * @param channels what the token allows
 * @param exp when the token expires, in seconds since 1970
 * @param jti the id of the token
 * @param kid the key that signed the token
 * @param conn the connection's id; empty for a request to the API
 * @param base scheme and authority that the client used, for example {@code wss://edge:8443}
 * @param path the path of the handshake as it goes upstream, without the query; for a request to
 *     the API its method, a space and the path
 * @param iat when the header was signed, in <b>milliseconds</b> since 1970
 * @param nonce 64 random bits in base64url
 * @param rev the registry's revision by which the hosts were chosen
 * @param verdict a refusal that the server is to speak to the client
 * @param info what others see of the user where it is present, see {@link Claims#info}
 */
public record Identity(
    String sub,
    Optional<String> tenant,
    String role,
    Channels channels,
    long exp,
    Optional<String> jti,
    String kid,
    String conn,
    String base,
    String path,
    long iat,
    String nonce,
    long rev,
    Optional<String> verdict,
    Optional<String> info) {
  /** One without an info, as for whatever is no handshake. */
  public Identity(
      String sub,
      Optional<String> tenant,
      String role,
      Channels channels,
      long exp,
      Optional<String> jti,
      String kid,
      String conn,
      String base,
      String path,
      long iat,
      String nonce,
      long rev,
      Optional<String> verdict) {
    this(
        sub,
        tenant,
        role,
        channels,
        exp,
        jti,
        kid,
        conn,
        base,
        path,
        iat,
        nonce,
        rev,
        verdict,
        Optional.empty());
  }
}
