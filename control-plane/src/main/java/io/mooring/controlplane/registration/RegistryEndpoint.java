package io.mooring.controlplane.registration;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.mooring.controlplane.drain.Drains;
import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryView;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The gRPC port at which servers register, with health and reflection. */
public final class RegistryEndpoint implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 64 * 1024;
  private static final long GRACE_MILLIS = 500;

  private final HostPort address;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HealthStatusManager health = new HealthStatusManager();
  private final RegistryService service;
  private final Server server;

  public RegistryEndpoint(
      HostPort address,
      RegistryStore store,
      Supplier<RegistryView> view,
      Services services,
      Drains drains,
      LeaseTerms terms) {
    this.address = address;
    service = new RegistryService(store, view, services, drains, terms, threads);
    server =
        NettyServerBuilder.forAddress(address.socketAddress())
            .executor(threads)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(ServerInterceptors.intercept(service, new Credentials(services)))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .build();
  }

  /**
   * Takes the port; returns when calls are answered.
   *
   * @throws StartException when the port cannot be taken
   */
  public RegistryEndpoint start() {
    try {
      server.start();
      service.start();
      return this;
    } catch (IOException taken) {
      throw StartException.cannotListen("registry.address", address, taken);
    }
  }

  /** The port in force, once started. */
  public int port() {
    return server.getPort();
  }

  /** Tells the servers with an open session what a new view means to them. */
  public void follow(RegistryView view) {
    service.follow(view);
  }

  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    service.endStreams();
    try {
      if (!server.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    threads.close();
  }
}
