package io.mooring.authfilter;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;

/** What Envoy is told: what to add, to remove and where to go, or what to answer the client. */
final class Responses {
  private static final String SUBPROTOCOL = "sec-websocket-protocol";

  /** Every way in which a token could travel on to a server. */
  private static final OkHttpResponse WITHOUT_CREDENTIALS =
      OkHttpResponse.newBuilder()
          .addHeadersToRemove("authorization")
          .addHeadersToRemove("proxy-authorization")
          .addHeadersToRemove("cookie")
          .build();

  private static final OkHttpResponse WITHOUT_CREDENTIALS_OR_KEY =
      WITHOUT_CREDENTIALS.toBuilder().addHeadersToRemove("x-api-key").build();

  private static final Status OK = Status.newBuilder().setCode(Code.OK_VALUE).build();
  private static final HeaderValueOption PROBLEM_JSON =
      header("content-type", "application/problem+json");
  private static final HeaderValueOption CHALLENGE =
      header("www-authenticate", "Bearer realm=\"mooring\"");
  private static final HeaderValueOption RETRY = header("retry-after", "1");

  private Responses() {}

  static CheckResponse admitted(Admission admission) {
    OkHttpResponse.Builder ok =
        WITHOUT_CREDENTIALS.toBuilder()
            .addHeaders(header("x-mooring-conn", admission.connId()))
            .addHeaders(header("x-mooring-identity", admission.identity()));
    Subprotocols subprotocols = admission.subprotocols();
    if (subprotocols.token() != null) {
      if (subprotocols.others().isEmpty()) {
        ok.addHeadersToRemove(SUBPROTOCOL);
      } else {
        ok.addHeaders(header(SUBPROTOCOL, subprotocols.others()));
      }
    }
    if (admission.query()) {
      ok.addQueryParametersToRemove("ticket");
    }
    return CheckResponse.newBuilder()
        .setStatus(OK)
        .setOkResponse(ok)
        .setDynamicMetadata(
            Struct.newBuilder()
                .putFields(
                    "ws_hosts", Value.newBuilder().setStringValue(admission.hosts()).build()))
        .build();
  }

  /** A request to the API goes through. */
  static CheckResponse admitted(String identity) {
    return CheckResponse.newBuilder()
        .setStatus(OK)
        .setOkResponse(
            WITHOUT_CREDENTIALS_OR_KEY.toBuilder()
                .addHeaders(header("x-mooring-identity", identity)))
        .build();
  }

  static CheckResponse refused(Refusal refusal) {
    return switch (refusal.kind()) {
      case BAD_AUTH ->
          refused(refusal, Code.UNAUTHENTICATED, StatusCode.Unauthorized, "bad_auth", CHALLENGE);
      case FORBIDDEN -> refused(refusal, Code.PERMISSION_DENIED, StatusCode.Forbidden, "forbidden");
      case UNAVAILABLE ->
          refused(refusal, Code.UNAVAILABLE, StatusCode.ServiceUnavailable, "unavailable", RETRY);
    };
  }

  private static CheckResponse refused(
      Refusal refusal, Code grpc, StatusCode http, String code, HeaderValueOption... headers) {
    DeniedHttpResponse.Builder denied =
        DeniedHttpResponse.newBuilder()
            .setStatus(HttpStatus.newBuilder().setCode(http))
            .addHeaders(PROBLEM_JSON)
            .setBody(problem(http.getNumber(), code, refusal));
    for (HeaderValueOption header : headers) {
      denied.addHeaders(header);
    }
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(grpc.getNumber()))
        .setDeniedResponse(denied)
        .build();
  }

  /** RFC 9457, with the step as a member of its own. */
  private static String problem(int status, String code, Refusal refusal) {
    StringBuilder json = new StringBuilder(192);
    json.append("{\"type\":\"about:blank\",\"title\":\"the request was refused\",\"status\":")
        .append(status)
        .append(",\"code\":\"")
        .append(code)
        .append("\",\"step\":\"")
        .append(refusal.step())
        .append("\",\"detail\":\"");
    JsonStringEncoder.getInstance().quoteAsString(refusal.detail(), json);
    return json.append("\"}").toString();
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .build();
  }
}
