package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The gRPC side: hands each stream's messages to the loop, in their order. */
final class AggregatedDiscovery extends AggregatedDiscoveryServiceImplBase {
  private final Loop loop;
  private final Fleet fleet;
  private final BiFunction<EnvoyNode, StreamObserver<DeltaDiscoveryResponse>, Conversation> begin;

  /**
   * @param begin called in the loop when a stream has said whose it is
   */
  AggregatedDiscovery(
      Loop loop,
      Fleet fleet,
      BiFunction<EnvoyNode, StreamObserver<DeltaDiscoveryResponse>, Conversation> begin) {
    this.loop = loop;
    this.fleet = fleet;
    this.begin = begin;
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> responses) {
    Stream stream = new Stream(responses);
    // Without a handler a response to an Envoy that is gone would throw.
    ((ServerCallStreamObserver<DeltaDiscoveryResponse>) responses)
        .setOnCancelHandler(() -> loop.execute(stream::end));
    return new StreamObserver<>() {
      @Override
      public void onNext(DeltaDiscoveryRequest request) {
        loop.execute(() -> stream.read(request));
      }

      @Override
      public void onError(Throwable cause) {
        loop.execute(stream::end);
      }

      @Override
      public void onCompleted() {
        loop.execute(stream::complete);
      }
    };
  }

  /** Belongs to the loop. */
  private final class Stream {
    private final StreamObserver<DeltaDiscoveryResponse> responses;
    private @Nullable Conversation conversation;
    private boolean ended;

    Stream(StreamObserver<DeltaDiscoveryResponse> responses) {
      this.responses = responses;
    }

    void read(DeltaDiscoveryRequest request) {
      if (ended) {
        return;
      }
      Optional<ResourceType> type = ResourceType.of(request.getTypeUrl());
      if (type.isEmpty()) {
        refuse("there are no resources of type \"" + request.getTypeUrl() + "\" here");
        return;
      }
      Conversation speaking = conversation;
      if (speaking == null) {
        try {
          speaking = begin.apply(EnvoyNode.of(request.getNode()), responses);
        } catch (IllegalArgumentException unknownNode) {
          refuse(String.valueOf(unknownNode.getMessage()));
          return;
        }
        conversation = speaking;
        fleet.joined(speaking);
      }
      speaking.request(type.get(), request);
      fleet.publish(speaking);
    }

    private void refuse(String why) {
      end();
      responses.onError(Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException());
    }

    void complete() {
      if (!ended) {
        end();
        responses.onCompleted();
      }
    }

    void end() {
      ended = true;
      if (conversation != null) {
        fleet.left(conversation);
        conversation = null;
      }
    }
  }
}
