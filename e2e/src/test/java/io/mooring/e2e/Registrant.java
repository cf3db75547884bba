package io.mooring.e2e;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.HeartbeatRequest;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Registers servers over gRPC, as a service in any language does, and keeps their leases. */
final class Registrant implements AutoCloseable {
  /** The first call also connects, to a control plane that may be as busy as this machine. */
  private static final long PATIENCE_SECONDS = 30;

  /** Less than a lease: the next renewal must have its turn. */
  private static final long RENEWAL_SECONDS = 5;

  private final ManagedChannel channel;
  private final RegistryGrpc.RegistryBlockingStub registry;
  private final Map<String, Claim> claims = new ConcurrentHashMap<>();
  private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();

  /**
   * @param target {@code host:port} of a control plane's registry
   * @param token the registration token of the servers' service
   */
  Registrant(String target, String token) {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
    registry =
        RegistryGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /** One that speaks to the first control plane for the default service. */
  static Registrant of(Tier tier) {
    return new Registrant(
        tier.addresses().path("registry").path(0).asText(), tier.registrationToken());
  }

  /** Registers, or registers again with other terms; renewed until it is closed. */
  void register(RegisterRequest request) {
    RegisterResponse admitted = patiently().register(request);
    boolean first =
        claims.put(
                request.getServerId(),
                Claim.newBuilder()
                    .setServerId(request.getServerId())
                    .setIncarnation(admitted.getIncarnation())
                    .setGeneration(admitted.getGeneration())
                    .setInstanceUid(request.getInstanceUid())
                    .build())
            == null;
    if (first && claims.size() == 1) {
      beats.scheduleWithFixedDelay(
          this::renew, 0, admitted.getHeartbeatMs(), TimeUnit.MILLISECONDS);
    }
  }

  void deregister(String server) {
    Claim claim = claims.remove(server);
    patiently().deregister(DeregisterRequest.newBuilder().setClaim(claim).build());
  }

  @Override
  public void close() {
    beats.shutdownNow();
    channel.shutdownNow();
  }

  private RegistryGrpc.RegistryBlockingStub patiently() {
    return registry.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void renew() {
    for (Claim claim : claims.values()) {
      try {
        registry
            .withDeadlineAfter(RENEWAL_SECONDS, TimeUnit.SECONDS)
            .heartbeat(HeartbeatRequest.newBuilder().setClaim(claim).build());
      } catch (StatusRuntimeException away) {
        // The next beat tries again; a lease that lapses shows in the registry.
      }
    }
  }
}
