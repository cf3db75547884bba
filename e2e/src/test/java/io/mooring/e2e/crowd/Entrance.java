package io.mooring.e2e.crowd;

import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.List;

/**
 * How clients get in.
 *
 * @param edges the generic URL of each Envoy
 * @param token for every client
 * @param tls trusts the edge's certificate
 */
public record Entrance(List<URI> edges, String token, SslContext tls) {}
