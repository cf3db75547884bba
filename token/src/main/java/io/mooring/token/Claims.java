package io.mooring.token;

import java.util.Optional;

/**
 * What a verified token says.
 *
 * @param sub the user's id, 1 to 128 of {@code [A-Za-z0-9._:@|~-]}
 * @param tenant whose user it is, of the same grammar
 * @param role client, publisher, view, operate or admin
 * @param channels what may be subscribed to and published on; nothing if the token does not say
 * @param exp when the token expires, in seconds since 1970
 * @param iat when it was issued, in seconds since 1970
 * @param jti the token's own id, 1 to 128 printable ASCII characters
 * @param kid the key that signed it
 * @param info what others see of the user where it is present: a JSON object of at most 512 bytes
 */
public record Claims(
    String sub,
    Optional<String> tenant,
    String role,
    Channels channels,
    long exp,
    long iat,
    Optional<String> jti,
    String kid,
    Optional<String> info) {}
