package io.mooring.controlplane.registration;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/**
 * Lets in who has the registration token of a service, and remembers which services a caller may
 * speak for.
 */
final class Credentials implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "Bearer ";
  private static final Context.Key<Set<String>> SERVICES =
      Context.keyWithDefault("services", Set.of());
  private static final Status UNKNOWN_TOKEN =
      Status.UNAUTHENTICATED.withDescription(
          "the metadata \"authorization: Bearer <registration token>\" is missing, or its token is"
              + " that of no service; it is services.<name>.registration-token of the control plane");

  private final Services services;

  Credentials(Services services) {
    this.services = services;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String header = headers.get(AUTHORIZATION);
    Set<String> opened =
        header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? Set.of()
            : services.openedBy(header.substring(SCHEME.length()).strip());
    if (opened.isEmpty()) {
      call.close(UNKNOWN_TOKEN, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return Contexts.interceptCall(
        Context.current().withValue(SERVICES, opened), call, headers, next);
  }

  /**
   * @throws StatusRuntimeException UNAUTHENTICATED, or PERMISSION_DENIED if the caller may speak
   *     for others only
   */
  static void require(String service) {
    Set<String> services = SERVICES.get();
    if (!services.contains(service)) {
      throw Status.PERMISSION_DENIED
          .withDescription(
              "this registration token is that of "
                  + String.join(", ", services)
                  + ", and may not speak for service \""
                  + service
                  + "\"")
          .asRuntimeException();
    }
  }
}
