package io.mooring.server.registration;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.registry.v1.RegistryGrpc;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The registry's addresses, of which one is in use at a time. Confined to the given executor. */
final class Registries implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final List<HostPort> addresses;
  private final Metadata credentials = new Metadata();
  private final Executor executor;
  private int current;
  private @Nullable ManagedChannel channel;

  /**
   * @param executor runs every callback of the stubs
   */
  Registries(List<HostPort> addresses, Secret token, Executor executor) {
    this.addresses = List.copyOf(addresses);
    this.executor = executor;
    if (!token.isEmpty()) {
      credentials.put(AUTHORIZATION, "Bearer " + token.reveal());
    }
  }

  int count() {
    return addresses.size();
  }

  HostPort address() {
    return addresses.get(current);
  }

  RegistryGrpc.RegistryStub stub() {
    ManagedChannel open = channel;
    if (open == null) {
      open =
          NettyChannelBuilder.forAddress(address().host(), address().port())
              .usePlaintext()
              .executor(executor)
              .build();
      channel = open;
    }
    return RegistryGrpc.newStub(open)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(credentials));
  }

  /** Gives up the present address, and every call on it. */
  void next() {
    close();
    current = (current + 1) % addresses.size();
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
  }
}
