package io.mooring.controlplane.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationImplBase;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.mooring.process.HostPort;
import io.mooring.registry.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A real ext_authz server that says what the test wants it to say. */
final class AuthService extends AuthorizationImplBase implements AutoCloseable {
  private final Queue<Map<String, String>> asked = new ConcurrentLinkedQueue<>();
  private final Server server;
  private volatile Function<HttpRequest, CheckResponse> answer = request -> deny();

  private AuthService(int port) {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
              .addService(this)
              .addService(new HealthStatusManager().getHealthService())
              .build()
              .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static AuthService start() {
    return new AuthService(0);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getPort());
  }

  AuthService answering(Function<HttpRequest, CheckResponse> all) {
    answer = all;
    return this;
  }

  /** The headers of every request that it was asked about. */
  Queue<Map<String, String>> asked() {
    return asked;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> response) {
    HttpRequest http = request.getAttributes().getRequest().getHttp();
    asked.add(http.getHeadersMap());
    response.onNext(answer.apply(http));
    response.onCompleted();
  }

  static CheckResponse deny() {
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(Code.PERMISSION_DENIED_VALUE))
        .build();
  }

  /** Lets the request through to the first of these hosts that answers. */
  static CheckResponse allow(String connectionId, Address... hosts) {
    String list = List.of(hosts).stream().map(Address::toString).collect(Collectors.joining(","));
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
        .setOkResponse(
            OkHttpResponse.newBuilder()
                .addHeaders(header("x-mooring-conn", connectionId))
                .addHeaders(header("x-mooring-identity", "signed"))
                .addHeadersToRemove("authorization")
                .addHeadersToRemove("cookie")
                .addQueryParametersToRemove("ticket"))
        .setDynamicMetadata(
            Struct.newBuilder()
                .putFields("ws_hosts", Value.newBuilder().setStringValue(list).build()))
        .build();
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .build();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
