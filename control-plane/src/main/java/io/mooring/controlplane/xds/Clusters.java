package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.Packed.extension;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy.Policy;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost.OverrideHostSource;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey.PathSegment;
import io.envoyproxy.envoy.type.v3.Percent;
import io.mooring.process.HostPort;
import java.util.ArrayList;
import java.util.List;

/** Whom Envoy talks to: the WebSocket ports, the API ports, the auth-filters, a demo page. */
final class Clusters {
  static final String WS = "mooring-ws";
  static final String API = "mooring-api";
  static final String AUTH = "mooring-auth";
  static final String DEMO = "mooring-demo";

  /** Where ext_authz puts what an auth-filter says of a request, and the hosts in it. */
  static final String AUTH_NAMESPACE = "envoy.filters.http.ext_authz";

  static final String HOSTS = "ws_hosts";

  /**
   * No host healthy: ask any. A machine so busy that every health check is late would otherwise
   * refuse everybody, while the filters still answer.
   */
  private static final Percent ONE_PERCENT = Percent.newBuilder().setValue(1).build();

  private static final HttpProtocolOptions HTTP_1 =
      HttpProtocolOptions.newBuilder()
          .setExplicitHttpConfig(
              ExplicitHttpConfig.newBuilder()
                  .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()))
          .build();

  private static final UInt32Value UNLIMITED = UInt32Value.of(1_000_000);

  private Clusters() {}

  static List<Cluster> all(EdgeConfig config) {
    List<Cluster> all = new ArrayList<>(List.of(ws(), api(), auth(config.authFilters())));
    if (!config.demo().isEmpty()) {
      all.add(demo(config.demo()));
    }
    return all;
  }

  /**
   * Goes to the host that the auth-filter named; when those are used up, by the connection's id.
   */
  private static Cluster ws() {
    return http1(WS, HTTP_1)
        .setLoadBalancingPolicy(
            policy(
                extension(
                    "envoy.load_balancing_policies.override_host",
                    OverrideHost.newBuilder()
                        .addOverrideHostSources(
                            OverrideHostSource.newBuilder()
                                .setMetadata(
                                    MetadataKey.newBuilder()
                                        .setKey(AUTH_NAMESPACE)
                                        .addPath(PathSegment.newBuilder().setKey(HOSTS))))
                        .setFallbackPolicy(
                            policy(
                                extension(
                                    "envoy.load_balancing_policies.ring_hash",
                                    RingHash.getDefaultInstance())))
                        .build())))
        .build();
  }

  private static Cluster api() {
    // Its servers close after five minutes.
    return http1(API, leftAfter(60))
        .setLoadBalancingPolicy(
            policy(
                extension(
                    "envoy.load_balancing_policies.round_robin", RoundRobin.getDefaultInstance())))
        .build();
  }

  /**
   * A server closes a connection that was idle for some time: one that Envoy leaves before that
   * cannot be closed under a request, and a publication is not sent twice.
   */
  private static HttpProtocolOptions leftAfter(int idleSeconds) {
    return HTTP_1.toBuilder()
        .setCommonHttpProtocolOptions(
            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.newBuilder()
                .setIdleTimeout(Time.seconds(idleSeconds)))
        .build();
  }

  private static Cluster.Builder http1(String name, HttpProtocolOptions options) {
    return Cluster.newBuilder()
        .setName(name)
        .setType(DiscoveryType.EDS)
        .setEdsClusterConfig(EdsClusterConfig.newBuilder().setEdsConfig(Packed.fromControlPlane()))
        .setConnectTimeout(Time.seconds(1))
        .setPerConnectionBufferLimitBytes(UInt32Value.of(Listeners.BUFFER_LIMIT_BYTES))
        .setIgnoreHealthOnHostRemoval(true)
        .setCommonLbConfig(healthTruly(Percent.getDefaultInstance()))
        .setCircuitBreakers(
            breakers(
                Thresholds.newBuilder()
                    .setRetryBudget(
                        RetryBudget.newBuilder()
                            .setBudgetPercent(Percent.newBuilder().setValue(100))
                            .setMinRetryConcurrency(UInt32Value.of(2_000)))))
        .setUpstreamConnectionOptions(
            UpstreamConnectionOptions.newBuilder()
                .setTcpKeepalive(
                    TcpKeepalive.newBuilder()
                        .setKeepaliveTime(UInt32Value.of(60))
                        .setKeepaliveInterval(UInt32Value.of(10))
                        .setKeepaliveProbes(UInt32Value.of(3))))
        .putTypedExtensionProtocolOptions(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions", Packed.any(options));
  }

  /**
   * A frozen filter is found by the health check after a second at most, and its connections by the
   * keepalive; the last request that it was asked is refused a second later.
   */
  private static Cluster auth(List<HostPort> filters) {
    boolean literal = filters.stream().allMatch(filter -> Endpoints.isLiteral(filter.host()));
    return Cluster.newBuilder()
        .setName(AUTH)
        .setType(literal ? DiscoveryType.STATIC : DiscoveryType.STRICT_DNS)
        .setLoadAssignment(Endpoints.fixed(AUTH, filters))
        .setConnectTimeout(Time.millis(500))
        .setIgnoreHealthOnHostRemoval(true)
        .setCommonLbConfig(healthTruly(ONE_PERCENT))
        .setCircuitBreakers(breakers(Thresholds.newBuilder().setMaxRetries(UNLIMITED)))
        .addHealthChecks(
            HealthCheck.newBuilder()
                .setInterval(Time.millis(500))
                .setNoTrafficInterval(Time.millis(500))
                .setUnhealthyInterval(Time.millis(250))
                .setTimeout(Time.millis(500))
                .setUnhealthyThreshold(UInt32Value.of(1))
                .setHealthyThreshold(UInt32Value.of(1))
                .setGrpcHealthCheck(GrpcHealthCheck.getDefaultInstance()))
        .putTypedExtensionProtocolOptions(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            Packed.any(
                HttpProtocolOptions.newBuilder()
                    .setExplicitHttpConfig(
                        ExplicitHttpConfig.newBuilder()
                            .setHttp2ProtocolOptions(
                                Http2ProtocolOptions.newBuilder()
                                    .setConnectionKeepalive(
                                        KeepaliveSettings.newBuilder()
                                            .setInterval(Time.seconds(1))
                                            .setTimeout(Time.seconds(1)))))
                    .build()))
        .build();
  }

  /**
   * Health is followed at once, not after Envoy's merge window of a second, and also when nobody is
   * healthy.
   */
  private static CommonLbConfig healthTruly(Percent panicBelow) {
    return CommonLbConfig.newBuilder()
        .setHealthyPanicThreshold(panicBelow)
        .setUpdateMergeWindow(Time.NONE)
        .build();
  }

  /** Envoy's own limits stop at the 1,025th socket, and at the 4th retry at once. */
  private static CircuitBreakers breakers(Thresholds.Builder thresholds) {
    return CircuitBreakers.newBuilder()
        .addThresholds(
            thresholds
                .setMaxConnections(UNLIMITED)
                .setMaxPendingRequests(UNLIMITED)
                .setMaxRequests(UNLIMITED))
        .build();
  }

  /** The command {@code up} itself, whose HTTP server closes after half a minute. */
  private static Cluster demo(List<HostPort> place) {
    return Cluster.newBuilder()
        .setName(DEMO)
        .setType(DiscoveryType.STATIC)
        .setLoadAssignment(Endpoints.fixed(DEMO, place))
        .setConnectTimeout(Time.seconds(1))
        .putTypedExtensionProtocolOptions(
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions", Packed.any(leftAfter(10)))
        .build();
  }

  private static LoadBalancingPolicy policy(TypedExtensionConfig policy) {
    return LoadBalancingPolicy.newBuilder()
        .addPolicies(Policy.newBuilder().setTypedExtensionConfig(policy))
        .build();
  }
}
