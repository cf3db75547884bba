package io.mooring.controlplane.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an Envoy writes of each request to its standard output: one JSON object when a socket is
 * established, and one when a request or a socket has ended. Never a query, a cookie or a header
 * that may hold a token.
 */
final class AccessLogs {
  /**
   * How many of a hundred requests are logged; a listener cannot be changed, this can, by {@code
   * /runtime_modify} of Envoy's admin port.
   */
  static final String SAMPLING = "mooring.access_log_percent";

  private static final Map<String, String> FIELDS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("at", "%START_TIME%"),
              Map.entry("event", "%ACCESS_LOG_TYPE%"),
              Map.entry("client", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
              Map.entry("method", "%REQ(:METHOD)%"),
              Map.entry("path", "%PATH(NQ)%"),
              Map.entry("conn", "%REQ(X-MOORING-CONN)%"),
              Map.entry("status", "%RESPONSE_CODE%"),
              Map.entry("flags", "%RESPONSE_FLAGS%"),
              Map.entry("details", "%RESPONSE_CODE_DETAILS%"),
              Map.entry("server", "%UPSTREAM_HOST%"),
              Map.entry("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"),
              Map.entry("ms", "%DURATION%"),
              Map.entry("received", "%BYTES_RECEIVED%"),
              Map.entry("sent", "%BYTES_SENT%")));

  private AccessLogs() {}

  static AccessLog standardOutput() {
    Struct.Builder line = Struct.newBuilder();
    FIELDS.forEach(
        (name, value) -> line.putFields(name, Value.newBuilder().setStringValue(value).build()));
    return AccessLog.newBuilder()
        .setName("envoy.access_loggers.stdout")
        .setFilter(
            AccessLogFilter.newBuilder()
                .setRuntimeFilter(
                    RuntimeFilter.newBuilder()
                        .setRuntimeKey(SAMPLING)
                        .setPercentSampled(
                            FractionalPercent.newBuilder()
                                .setNumerator(100)
                                .setDenominator(DenominatorType.HUNDRED))
                        .setUseIndependentRandomness(true)))
        .setTypedConfig(
            Packed.any(
                StdoutAccessLog.newBuilder()
                    .setLogFormat(SubstitutionFormatString.newBuilder().setJsonFormat(line))
                    .build()))
        .build();
  }

  /** A socket that lives for days is seen when it begins, not only when it has ended. */
  static HcmAccessLogOptions options() {
    return HcmAccessLogOptions.newBuilder()
        .setFlushLogOnTunnelSuccessfullyEstablished(true)
        .build();
  }
}
