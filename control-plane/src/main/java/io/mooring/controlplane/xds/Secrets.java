package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import java.util.List;

/** The edge's TLS: how it is spoken, and the secrets that rotate beneath it. */
final class Secrets {
  static final String CERTIFICATE = "edge-certificate";
  static final String TICKET_KEYS = "edge-ticket-keys";

  private Secrets() {}

  static List<Secret> all(Certificates.Material material) {
    TlsSessionTicketKeys.Builder tickets = TlsSessionTicketKeys.newBuilder();
    for (var key : material.ticketKeys()) {
      tickets.addKeys(DataSource.newBuilder().setInlineBytes(key));
    }
    return List.of(
        Secret.newBuilder()
            .setName(CERTIFICATE)
            .setTlsCertificate(
                TlsCertificate.newBuilder()
                    .setCertificateChain(
                        DataSource.newBuilder().setInlineBytes(material.certificateChain()))
                    .setPrivateKey(DataSource.newBuilder().setInlineBytes(material.privateKey())))
            .build(),
        Secret.newBuilder().setName(TICKET_KEYS).setSessionTicketKeys(tickets).build());
  }

  static DownstreamTlsContext downstreamTls() {
    return DownstreamTlsContext.newBuilder()
        .setCommonTlsContext(
            CommonTlsContext.newBuilder()
                .setTlsParams(
                    TlsParameters.newBuilder()
                        .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_2)
                        .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3)
                        // For TLS 1.2; those of 1.3 are fixed.
                        .addCipherSuites(
                            "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]")
                        .addCipherSuites(
                            "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]")
                        .addCipherSuites("ECDHE-ECDSA-AES256-GCM-SHA384")
                        .addCipherSuites("ECDHE-RSA-AES256-GCM-SHA384"))
                .addAlpnProtocols("http/1.1")
                .addTlsCertificateSdsSecretConfigs(secret(CERTIFICATE)))
        .setSessionTicketKeysSdsSecretConfig(secret(TICKET_KEYS))
        .build();
  }

  private static SdsSecretConfig secret(String name) {
    return SdsSecretConfig.newBuilder()
        .setName(name)
        .setSdsConfig(Packed.fromControlPlane())
        .build();
  }
}
