package io.mooring.bench.contender;

import io.mooring.programs.EnvoyProgram;
import io.mooring.programs.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An Envoy that takes TLS off, as an edge does, and hands the bytes to one server as they are.
 * {@link #close} kills it.
 */
public final class TlsFront implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 100_000;

  private final Children children;
  private final Path ca;
  private final int port = Children.freePort();

  /**
   * Starts it; returns when it takes connections.
   *
   * @param folder for its configuration and its log
   */
  public TlsFront(Ground ground, InetSocketAddress server, Path folder) {
    children = new Children(folder);
    ca = ground.keys().ca();
    Path program = EnvoyProgram.find(Progress.SILENT);
    Path file = folder.resolve("front.yaml");
    try {
      Files.writeString(file, configuration(ground, server));
      children.start(
          "envoy",
          EnvoyProgram.command(program, file, Runtime.getRuntime().availableProcessors()),
          () -> Children.listens(port));
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot write " + file, refused);
    } catch (ContenderException failed) {
      close();
      throw failed;
    }
  }

  private String configuration(Ground ground, InetSocketAddress server) {
    return """
    static_resources:
      listeners:
      - name: front
        address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        filter_chains:
        - filters:
          - name: tcp
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
              stat_prefix: front
              cluster: server
          transport_socket:
            name: tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                - certificate_chain: {filename: "%s"}
                  private_key: {filename: "%s"}
      clusters:
      - name: server
        type: STATIC
        circuit_breakers: {thresholds: [{max_connections: %d}]}
        load_assignment:
          cluster_name: server
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
    """
        .formatted(
            port,
            ground.keys().edge(),
            ground.keys().edgeKey(),
            MOST_CONNECTIONS,
            server.getPort());
  }

  /** Where clients connect to. */
  public URI url() {
    return URI.create("wss://localhost:" + port + "/ws");
  }

  /** The file of the CA that has issued its certificate. */
  public Path ca() {
    return ca;
  }

  @Override
  public void close() {
    children.close();
  }
}
