package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.StreamObserver;
import io.mooring.controlplane.xds.Subscription.Delta;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The aggregated delta stream of one Envoy. Belongs to the xDS loop.
 *
 * <p>Types are sent in their order, so that nothing is named before it is there; each type has one
 * response under way. A type does not wait for the answer to another: Envoy answers a changed
 * cluster only when it has taken in that cluster's endpoints. What the Envoy already has (it says
 * so when it connects) is not sent: a restarted control plane with the same state says nothing.
 */
final class Conversation {
  private static final Logger log = LoggerFactory.getLogger(Conversation.class);

  private final EnvoyNode envoy;
  private final Resources listeners;
  private final StreamObserver<DeltaDiscoveryResponse> stream;
  private final InstantSource clock;
  private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
  private final Set<String> shown;
  private Snapshot snapshot;
  private long responses;
  private long ackedRevision;

  /**
   * Whether the Envoy's endpoints are of a time before this process, and were not yet found to be
   * what the registry says.
   */
  private boolean inherited;

  /**
   * @param shown versions of endpoints that Envoys have of this process, and of no earlier one
   */
  Conversation(
      EnvoyNode envoy,
      boolean tls,
      Snapshot snapshot,
      Set<String> shown,
      StreamObserver<DeltaDiscoveryResponse> stream,
      InstantSource clock,
      Answers answers) {
    this.envoy = envoy;
    this.listeners = Resources.of(Listeners.all(envoy, tls), Listener::getName);
    this.snapshot = snapshot;
    this.shown = shown;
    this.stream = stream;
    this.clock = clock;
    for (ResourceType type : ResourceType.values()) {
      subscriptions.put(type, new Subscription(type, answers));
    }
  }

  EnvoyNode envoy() {
    return envoy;
  }

  /** A subscription, or the answer to a response. */
  void request(ResourceType type, DeltaDiscoveryRequest request) {
    Subscription subscription = subscription(type);
    boolean first = !subscription.begun();
    subscription.read(request, clock.instant());
    if (type == ResourceType.EDS && first) {
      inherited = !subscription.holdsOnly(shown);
    }
    if (request.hasErrorDetail()) {
      log.error(
          "event=xds_nack envoy={} type={} reason=\"{}\"",
          envoy.id(),
          type,
          request.getErrorDetail().getMessage());
    }
    sendWhatIsLacking();
  }

  void offer(Snapshot newest) {
    snapshot = newest;
    sendWhatIsLacking();
  }

  private void sendWhatIsLacking() {
    for (ResourceType type : ResourceType.values()) {
      Subscription subscription = subscription(type);
      Optional<Resources> resources = resources(type);
      if (!subscription.begun() || subscription.unanswered() || resources.isEmpty()) {
        continue;
      }
      Delta delta = subscription.lacking(resources.get());
      if (delta.isEmpty()) {
        subscription.settled(resources.get(), clock.instant());
      } else if (maySend(type, subscription, delta)) {
        send(subscription, delta, type, resources.get().version());
      }
      if (type == ResourceType.EDS && subscription.has(resources.get().version())) {
        inherited = false;
        ackedRevision = snapshot.revision();
      }
    }
  }

  private void send(Subscription subscription, Delta delta, ResourceType type, String version) {
    if (type == ResourceType.CDS) {
      // Envoy builds a changed cluster anew and waits for its endpoints, but does not ask for them.
      for (Resource cluster : delta.changed()) {
        if (subscription.replaces(cluster)) {
          subscription(ResourceType.EDS).sendAgain(cluster.getName());
        }
      }
    }
    log.debug(
        "event=xds_send envoy={} type={} version={} changed={} removed={}",
        envoy.id(),
        type,
        version,
        delta.changed().size(),
        delta.removed());
    stream.onNext(subscription.send(delta, version, Long.toString(++responses)));
  }

  private boolean maySend(ResourceType type, Subscription subscription, Delta delta) {
    return switch (type) {
      case CDS, RDS, SDS -> true;
      case EDS -> mayReplaceEndpoints(subscription, delta);
      case LDS -> cutsNoSocket(subscription, delta);
    };
  }

  /**
   * Servers that this control plane does not know yet, because the registry came back without them,
   * stay where the Envoy has them until they had the time to register again.
   */
  private boolean mayReplaceEndpoints(Subscription endpoints, Delta delta) {
    if (!inherited
        || snapshot.allRegistered()
        || delta.changed().stream().noneMatch(endpoints::replaces)) {
      return true;
    }
    if (endpoints.holdBack("this control plane has just started, and servers may yet register")) {
      log.info("event=xds_endpoints_held_back envoy={}", envoy.id());
    }
    return false;
  }

  /** A listener that the Envoy already has is left as it is: a change would cut its sockets. */
  private boolean cutsNoSocket(Subscription subscription, Delta delta) {
    List<String> cut =
        delta.changed().stream()
            .filter(subscription::replaces)
            .map(Resource::getName)
            .collect(Collectors.toList());
    cut.addAll(delta.removed());
    if (cut.isEmpty()) {
      return true;
    }
    String why = "the change of listener " + String.join(", ", cut) + " would cut its live sockets";
    if (subscription.holdBack(why)) {
      log.error(
          "event=xds_listener_change_refused envoy={} listeners={} hint=\"its live sockets would be cut;"
              + " restart this Envoy to take the change\"",
          envoy.id(),
          cut);
    }
    return false;
  }

  private Optional<Resources> resources(ResourceType type) {
    return switch (type) {
      case CDS -> Optional.of(snapshot.clusters());
      case EDS -> snapshot.endpoints();
      case LDS -> Optional.of(listeners);
      case RDS -> Optional.of(snapshot.routes());
      case SDS -> Optional.of(snapshot.secrets());
    };
  }

  EnvoyStatus status() {
    boolean inSync = true;
    for (ResourceType type : ResourceType.values()) {
      Subscription subscription = subscription(type);
      boolean optional = type == ResourceType.SDS && !subscription.begun();
      inSync &=
          optional || resources(type).map(Resources::version).filter(subscription::has).isPresent();
    }
    return new EnvoyStatus(
        envoy.id(),
        true,
        inSync,
        ackedRevision,
        subscriptions.values().stream()
            .filter(Subscription::begun)
            .map(Subscription::status)
            .toList());
  }

  private Subscription subscription(ResourceType type) {
    return Objects.requireNonNull(subscriptions.get(type));
  }
}
