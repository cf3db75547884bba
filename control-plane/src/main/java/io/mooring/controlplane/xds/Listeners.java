package io.mooring.controlplane.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.GrpcService.EnvoyGrpc;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports of one Envoy. A change to a listener drains every live socket on it, so nothing here
 * may depend on the registry or on the configuration: what varies belongs to a route, a cluster or
 * a secret. Envoy's own identity and ports do not change while it lives.
 */
final class Listeners {
  static final int BUFFER_LIMIT_BYTES = 32 * 1024;

  static final String CORS = "envoy.filters.http.cors";
  static final String EXT_AUTHZ = "envoy.filters.http.ext_authz";
  static final String RATE_LIMIT = "envoy.filters.http.local_ratelimit";

  private Listeners() {}

  /**
   * @param tls whether the control plane has a certificate
   */
  static List<Listener> all(EnvoyNode envoy, boolean tls) {
    List<Listener> listeners = new ArrayList<>();
    if (tls && envoy.wssPort().isPresent()) {
      listeners.add(
          listener(
              "wss",
              envoy,
              envoy.wssPort().getAsInt(),
              FilterChain.newBuilder()
                  .setTransportSocket(
                      TransportSocket.newBuilder()
                          .setName("envoy.transport_sockets.tls")
                          .setTypedConfig(Packed.any(Secrets.downstreamTls())))
                  .setTransportSocketConnectTimeout(Time.seconds(5))));
    }
    if (envoy.wsPort().isPresent()) {
      listeners.add(listener("ws", envoy, envoy.wsPort().getAsInt(), FilterChain.newBuilder()));
    }
    return listeners;
  }

  private static Listener listener(
      String name, EnvoyNode envoy, int port, FilterChain.Builder chain) {
    return Listener.newBuilder()
        .setName(name)
        .setStatPrefix(name)
        .setAddress(Endpoints.address(envoy.address(), port))
        .setPerConnectionBufferLimitBytes(UInt32Value.of(BUFFER_LIMIT_BYTES))
        // TLS runs on the worker: a storm of handshakes must leave it time for the live sockets.
        .setMaxConnectionsToAcceptPerSocketEvent(UInt32Value.of(16))
        .addFilterChains(
            chain.addFilters(
                Filter.newBuilder()
                    .setName("envoy.filters.network.http_connection_manager")
                    .setTypedConfig(Packed.any(http(name, envoy.id())))))
        .build();
  }

  private static HttpConnectionManager http(String name, String envoyId) {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(name)
        .setCodecType(CodecType.HTTP1)
        .setRds(
            Rds.newBuilder()
                .setRouteConfigName(Routes.NAME)
                .setConfigSource(Packed.fromControlPlane()))
        .setUseRemoteAddress(BoolValue.of(true))
        .setNormalizePath(BoolValue.of(true))
        .setMergeSlashes(true)
        .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.REJECT_REQUEST)
        .setHttpProtocolOptions(
            Http1ProtocolOptions.newBuilder().setAllowAbsoluteUrl(BoolValue.of(false)))
        .setCommonHttpProtocolOptions(
            HttpProtocolOptions.newBuilder()
                .setHeadersWithUnderscoresAction(HeadersWithUnderscoresAction.REJECT_REQUEST)
                .setMaxHeadersCount(UInt32Value.of(64))
                .setIdleTimeout(Time.seconds(60)))
        .setMaxRequestHeadersKb(UInt32Value.of(16))
        .setRequestHeadersTimeout(Time.seconds(5))
        // Off for upgraded sockets; each route has an idle timeout of its own.
        .setStreamIdleTimeout(Time.NONE)
        .addAccessLog(AccessLogs.standardOutput())
        .setAccessLogOptions(AccessLogs.options())
        .addUpgradeConfigs(
            UpgradeConfig.newBuilder().setUpgradeType("websocket").setEnabled(BoolValue.of(false)))
        .addHttpFilters(
            filter(
                "envoy.filters.http.header_mutation",
                HeaderMutation.newBuilder().setMutations(Headers.ofClient(envoyId)).build()))
        .addHttpFilters(filter(CORS, Cors.getDefaultInstance()))
        .addHttpFilters(
            filter(RATE_LIMIT, LocalRateLimit.newBuilder().setStatPrefix("edge").build()))
        .addHttpFilters(filter(EXT_AUTHZ, extAuthz()))
        .addHttpFilters(
            filter(
                "envoy.filters.http.router",
                Router.newBuilder().setSuppressEnvoyHeaders(true).build()))
        .build();
  }

  /** Fails closed: without an auth-filter's word nobody comes in. */
  private static ExtAuthz extAuthz() {
    return ExtAuthz.newBuilder()
        .setTransportApiVersion(ApiVersion.V3)
        .setGrpcService(
            GrpcService.newBuilder()
                .setTimeout(Time.seconds(1))
                .setEnvoyGrpc(EnvoyGrpc.newBuilder().setClusterName(Clusters.AUTH)))
        .setFailureModeAllow(false)
        .setClearRouteCache(false)
        .setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable))
        .build();
  }

  private static HttpFilter filter(String name, Message configuration) {
    return HttpFilter.newBuilder().setName(name).setTypedConfig(Packed.any(configuration)).build();
  }
}
