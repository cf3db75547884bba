package io.mooring.controlplane.xds;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.HedgePolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteAction.UpgradeConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.time.Duration;
import java.util.List;

/** What is answered: the WebSocket's path, the API's paths, a demo page's, and nothing else. */
final class Routes {
  static final String NAME = "mooring";

  /**
   * {@code /ws} or {@code /ws/<server_id>/<conn_id>}, and a query. The auth-filter counts the ids'
   * characters: Envoy refuses a regular expression that does.
   */
  private static final String WS_PATH = "/ws(?:/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+)?(?:\\?.*)?";

  /** Of an upgrade, Envoy passes a 2xx or 3xx on whatever stands here. */
  private static final List<Integer> NEXT_HOST = List.of(500, 501, 502, 503, 504);

  /** Of what fails so, no server can have read anything. */
  private static final String NOT_REACHED = "connect-failure,refused-stream,reset-before-request";

  private Routes() {}

  static RouteConfiguration all(EdgeConfig config) {
    VirtualHost.Builder host =
        VirtualHost.newBuilder()
            .setName(NAME)
            .addAllDomains(config.domains())
            .setIncludeRequestAttemptCount(true)
            .addRoutes(webSocket(config))
            .addRoutes(nothing("connections", internal()))
            .addRoutes(reads(config.origins()))
            .addRoutes(writes(config.origins()));
    if (!config.demo().isEmpty()) {
      host.addRoutes(demo());
    }
    return RouteConfiguration.newBuilder()
        .setName(NAME)
        .setIgnorePortInHostMatching(true)
        .addVirtualHosts(host.addRoutes(nothing("deny", RouteMatch.newBuilder().setPrefix("/"))))
        .build();
  }

  private static Route webSocket(EdgeConfig config) {
    return Route.newBuilder()
        .setName("ws")
        .setMatch(
            RouteMatch.newBuilder()
                .setPathSeparatedPrefix("/ws")
                .addHeaders(header(":path", regex(WS_PATH)))
                .addHeaders(header(":method", exactly("GET")))
                .addHeaders(header("connection", containing("upgrade")))
                .addHeaders(header("upgrade", ignoringCase(exactly("websocket"))))
                .addHeaders(header("sec-websocket-version", exactly("13")))
                .addHeaders(absent("content-length"))
                .addHeaders(absent("transfer-encoding")))
        .setRoute(
            RouteAction.newBuilder()
                .setCluster(Clusters.WS)
                .addUpgradeConfigs(
                    UpgradeConfig.newBuilder()
                        .setUpgradeType("websocket")
                        .setEnabled(BoolValue.of(true)))
                .addHashPolicy(
                    HashPolicy.newBuilder()
                        .setHeader(
                            HashPolicy.Header.newBuilder().setHeaderName(Headers.CONNECTION_ID))
                        .setTerminal(true))
                // Both timeouts bound the handshake only; an upgraded socket outlives them.
                .setTimeout(Time.seconds(10))
                .setRetryPolicy(nextHost())
                .setIdleTimeout(Time.of(config.ping().multipliedBy(4))))
        .putTypedPerFilterConfig(
            Listeners.RATE_LIMIT, Packed.any(handshakeRate(config.handshakesPerSecond())))
        .build();
  }

  /**
   * A handshake that a host does not answer, or answers with 5xx, goes to another one. What blames
   * the client, a 4xx, would be the same there.
   */
  private static RetryPolicy nextHost() {
    return RetryPolicy.newBuilder()
        .setRetryOn(
            "connect-failure,refused-stream,reset-before-request,reset,retriable-status-codes")
        .addAllRetriableStatusCodes(NEXT_HOST)
        .setNumRetries(UInt32Value.of(3))
        // A live app server answers or sheds a handshake within half of that: one that says nothing
        // is frozen.
        .setPerTryTimeout(Time.seconds(1))
        .setRetryBackOff(
            RetryBackOff.newBuilder()
                .setBaseInterval(Time.millis(10))
                .setMaxInterval(Time.millis(100)))
        .addRetryHostPredicate(anotherHost())
        .setHostSelectionRetryMaxAttempts(20)
        .build();
  }

  /**
   * Fills as often as Envoy allows, every 50 ms, or so much later that whole tokens make the rate.
   */
  static LocalRateLimit handshakeRate(int perSecond) {
    int tokens = Math.ceilDiv(perSecond, 20);
    return LocalRateLimit.newBuilder()
        .setStatPrefix("handshakes")
        .setStatus(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable))
        .setTokenBucket(
            TokenBucket.newBuilder()
                .setMaxTokens(2 * perSecond)
                .setTokensPerFill(UInt32Value.of(tokens))
                .setFillInterval(Time.of(Duration.ofSeconds(tokens).dividedBy(perSecond))))
        .setFilterEnabled(always())
        .setFilterEnforced(always())
        .addResponseHeadersToAdd(
            HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey("retry-after").setValue("1"))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD))
        .build();
  }

  /**
   * A read of which its server says nothing goes to another as well, and what is answered first is
   * passed on. The try is not given up: one who reads a long answer slowly would be cut off.
   */
  private static Route reads(List<String> origins) {
    return api(
        "api-reads",
        apiMatch().addHeaders(header(":method", exactly("GET"))),
        RouteAction.newBuilder()
            .setTimeout(Time.seconds(30))
            .setRetryPolicy(
                nextServer(NOT_REACHED + ",reset")
                    // A live server waits for its log for two: one that says nothing is frozen.
                    .setPerTryTimeout(Time.seconds(3)))
            .setHedgePolicy(HedgePolicy.newBuilder().setHedgeOnPerTryTimeout(true)),
        origins);
  }

  /**
   * A publication goes to one server only once it may have been read there: whether it was made,
   * and whether making it again would double it, only its publisher can tell.
   */
  private static Route writes(List<String> origins) {
    return api(
        "api-writes",
        apiMatch(),
        RouteAction.newBuilder()
            // A live server gives up after ten seconds, and says so.
            .setTimeout(Time.seconds(12))
            .setRetryPolicy(nextServer(NOT_REACHED)),
        origins);
  }

  private static RouteMatch.Builder apiMatch() {
    return RouteMatch.newBuilder().setPathSeparatedPrefix("/api/v1");
  }

  private static Route api(
      String name, RouteMatch.Builder match, RouteAction.Builder action, List<String> origins) {
    Route.Builder route =
        Route.newBuilder()
            .setName(name)
            .setMatch(match)
            .setRoute(action.setCluster(Clusters.API).setIdleTimeout(Time.seconds(30)));
    if (!origins.isEmpty()) {
      route.putTypedPerFilterConfig(Listeners.CORS, Packed.any(cors(origins)));
    }
    return route.build();
  }

  private static RetryPolicy.Builder nextServer(String retryOn) {
    return RetryPolicy.newBuilder()
        .setRetryOn(retryOn)
        .setNumRetries(UInt32Value.of(2))
        .addRetryHostPredicate(anotherHost())
        .setHostSelectionRetryMaxAttempts(20);
  }

  private static RetryHostPredicate anotherHost() {
    return RetryHostPredicate.newBuilder()
        .setName("envoy.retry_host_predicates.previous_hosts")
        .setTypedConfig(Packed.any(PreviousHostsPredicate.getDefaultInstance()))
        .build();
  }

  private static CorsPolicy cors(List<String> origins) {
    CorsPolicy.Builder policy =
        CorsPolicy.newBuilder()
            .setAllowMethods("GET, POST, PUT")
            .setAllowHeaders("authorization, content-type, if-none-match")
            .setExposeHeaders("etag, retry-after")
            .setMaxAge("600")
            .setForwardNotMatchingPreflights(BoolValue.of(false))
            .setFilterEnabled(always());
    for (String origin : origins) {
      policy.addAllowOriginStringMatch(exactly(origin));
    }
    return policy.build();
  }

  /** What only control planes ask, of each server by its own address. */
  private static RouteMatch.Builder internal() {
    return RouteMatch.newBuilder().setPathSeparatedPrefix("/api/v1/connections");
  }

  /** The page of a development tier, for everybody who can reach the edge. */
  private static Route demo() {
    return Route.newBuilder()
        .setName("demo")
        .setMatch(RouteMatch.newBuilder().setPathSeparatedPrefix("/demo"))
        .setRoute(RouteAction.newBuilder().setCluster(Clusters.DEMO).setTimeout(Time.seconds(5)))
        .putTypedPerFilterConfig(Listeners.EXT_AUTHZ, noQuestion())
        .build();
  }

  /** The last route is one of these: an unmatched request would skip ext_authz to its 404. */
  private static Route nothing(String name, RouteMatch.Builder match) {
    return Route.newBuilder()
        .setName(name)
        .setMatch(match)
        .setDirectResponse(DirectResponseAction.newBuilder().setStatus(404))
        .putTypedPerFilterConfig(Listeners.EXT_AUTHZ, noQuestion())
        .build();
  }

  private static Any noQuestion() {
    return Packed.any(ExtAuthzPerRoute.newBuilder().setDisabled(true).build());
  }

  private static RuntimeFractionalPercent always() {
    return RuntimeFractionalPercent.newBuilder()
        .setDefaultValue(
            FractionalPercent.newBuilder()
                .setNumerator(100)
                .setDenominator(DenominatorType.HUNDRED))
        .build();
  }

  private static HeaderMatcher header(String name, StringMatcher value) {
    return HeaderMatcher.newBuilder().setName(name).setStringMatch(value).build();
  }

  private static HeaderMatcher absent(String name) {
    return HeaderMatcher.newBuilder().setName(name).setPresentMatch(false).build();
  }

  private static StringMatcher exactly(String value) {
    return StringMatcher.newBuilder().setExact(value).build();
  }

  private static StringMatcher containing(String value) {
    return StringMatcher.newBuilder().setContains(value).setIgnoreCase(true).build();
  }

  private static StringMatcher ignoringCase(StringMatcher matcher) {
    return matcher.toBuilder().setIgnoreCase(true).build();
  }

  private static StringMatcher regex(String regex) {
    return StringMatcher.newBuilder()
        .setSafeRegex(RegexMatcher.newBuilder().setRegex(regex))
        .build();
  }
}
