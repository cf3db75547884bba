package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one Envoy wants of one resource type, what it has, and what it said of it. Belongs to the
 * xDS loop.
 */
final class Subscription {
  private static final String ALL = "*";

  private final ResourceType type;
  private final Answers answers;

  /** Names asked for; with {@link #ALL} among them everything is. */
  private final Set<String> wanted = new HashSet<>();

  /** Name → version that the Envoy has, by its own word. */
  private final Map<String, String> held = new HashMap<>();

  /** Name → version that the Envoy refused; not offered again until there is another. */
  private final Map<String, String> refused = new HashMap<>();

  /** To be sent although the Envoy has it. */
  private final Set<String> again = new HashSet<>();

  /** Wanted, and already said not to exist. */
  private final Set<String> absent = new HashSet<>();

  private boolean begun;
  private @Nullable Sent unanswered;
  private String sentVersion = "";
  private String ackedVersion = "";
  private @Nullable Instant ackedAt;
  private String nack = "";
  private String heldBack = "";

  private record Sent(
      String nonce,
      String version,
      Map<String, String> changed,
      List<String> removed,
      long nanos) {}

  /** What the Envoy lacks. */
  record Delta(List<Resource> changed, List<String> removed) {
    boolean isEmpty() {
      return changed.isEmpty() && removed.isEmpty();
    }
  }

  Subscription(ResourceType type, Answers answers) {
    this.type = type;
    this.answers = answers;
  }

  /** Takes what the request says of names, and of the response that it answers, if any. */
  void read(DeltaDiscoveryRequest request, Instant now) {
    if (!begun) {
      begun = true;
      held.putAll(request.getInitialResourceVersionsMap());
      if (request.getResourceNamesSubscribeList().isEmpty()
          && (type == ResourceType.CDS || type == ResourceType.LDS)) {
        wanted.add(ALL);
      }
    }
    for (String name : request.getResourceNamesUnsubscribeList()) {
      wanted.remove(name);
      held.remove(name);
      again.remove(name);
      absent.remove(name);
    }
    for (String name : request.getResourceNamesSubscribeList()) {
      wanted.add(name);
      absent.remove(name);
      if (!request.containsInitialResourceVersions(name)) {
        again.add(name);
      }
    }
    Sent sent = unanswered;
    if (sent != null && sent.nonce().equals(request.getResponseNonce())) {
      unanswered = null;
      if (request.hasErrorDetail()) {
        nack = request.getErrorDetail().getMessage();
        refused.putAll(sent.changed());
        answers.nacked(type);
      } else {
        nack = "";
        held.putAll(sent.changed());
        refused.keySet().removeAll(sent.changed().keySet());
        held.keySet().removeAll(sent.removed());
        ackedVersion = sent.version();
        ackedAt = now;
        answers.acked(type, System.nanoTime() - sent.nanos());
      }
    }
  }

  boolean begun() {
    return begun;
  }

  /** Whether the Envoy has nothing of this type but these versions. */
  boolean holdsOnly(Set<String> versions) {
    return versions.containsAll(held.values());
  }

  boolean unanswered() {
    return unanswered != null;
  }

  /** Whether the Envoy has this name in another version than the one given. */
  boolean replaces(Resource resource) {
    String version = held.get(resource.getName());
    return version != null && !version.equals(resource.getVersion());
  }

  /** Has this sent once more if the Envoy wants it, now or later. */
  void sendAgain(String name) {
    again.add(name);
  }

  Delta lacking(Resources resources) {
    List<Resource> changed = new ArrayList<>();
    for (Resource resource : resources.byName().values()) {
      String name = resource.getName();
      if ((wanted.contains(ALL) || wanted.contains(name))
          && !resource.getVersion().equals(refused.get(name))
          && (again.contains(name) || !resource.getVersion().equals(held.get(name)))) {
        changed.add(resource);
      }
    }
    List<String> removed = new ArrayList<>();
    for (String name : held.keySet()) {
      if (!resources.byName().containsKey(name)) {
        removed.add(name);
      }
    }
    for (String name : wanted) {
      if (!name.equals(ALL)
          && !held.containsKey(name)
          && !resources.byName().containsKey(name)
          && !absent.contains(name)) {
        removed.add(name);
      }
    }
    return new Delta(changed, removed);
  }

  /** Notes that the delta is being sent, and makes the response of it. */
  DeltaDiscoveryResponse send(Delta delta, String version, String nonce) {
    Map<String, String> versions = new HashMap<>();
    for (Resource resource : delta.changed()) {
      versions.put(resource.getName(), resource.getVersion());
      again.remove(resource.getName());
    }
    absent.addAll(delta.removed());
    unanswered = new Sent(nonce, version, versions, delta.removed(), System.nanoTime());
    sentVersion = version;
    heldBack = "";
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(type.typeUrl())
        .setSystemVersionInfo(version)
        .setNonce(nonce)
        .addAllResources(delta.changed())
        .addAllRemovedResources(delta.removed())
        .build();
  }

  /** Notes that nothing is lacking: the Envoy has all of it, or refused what it has not. */
  void settled(Resources resources, Instant now) {
    heldBack = "";
    boolean stillRefused =
        resources.byName().values().stream()
            .anyMatch(resource -> resource.getVersion().equals(refused.get(resource.getName())));
    if (stillRefused) {
      return;
    }
    refused.clear();
    nack = "";
    if (!ackedVersion.equals(resources.version())) {
      sentVersion = resources.version();
      ackedVersion = resources.version();
      ackedAt = now;
    }
  }

  /** Notes why something is not sent; true if that is news. */
  boolean holdBack(String why) {
    boolean news = !heldBack.equals(why);
    heldBack = why;
    return news;
  }

  /** Whether the Envoy has, by its own word, everything of this version. */
  boolean has(String version) {
    return begun && unanswered == null && nack.isEmpty() && ackedVersion.equals(version);
  }

  EnvoyStatus.TypeStatus status() {
    return new EnvoyStatus.TypeStatus(
        type, sentVersion, ackedVersion, Optional.ofNullable(ackedAt), nack, heldBack);
  }
}
