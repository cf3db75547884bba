package io.mooring.controlplane.xds;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Envoys that are, or were, connected. The conversations belong to the xDS loop; the statuses
 * may be read by any thread.
 */
final class Fleet {
  private static final Logger log = LoggerFactory.getLogger(Fleet.class);

  /** How many Envoys that are gone are remembered. */
  private static final int REMEMBERED = 1_000;

  private final Loop loop;
  private final Reporter reporter;
  private final Consumer<EnvoyStatus> heard;
  private final Set<Conversation> conversations = new LinkedHashSet<>();

  /** Ids of Envoys that are not connected any more, longest gone first. */
  private final Set<String> gone = new LinkedHashSet<>();

  private final ConcurrentSkipListMap<String, EnvoyStatus> statuses = new ConcurrentSkipListMap<>();

  /**
   * @param heard is given what each Envoy says, in the loop
   */
  Fleet(Loop loop, Reporter reporter, Consumer<EnvoyStatus> heard) {
    this.loop = loop;
    this.reporter = reporter;
    this.heard = heard;
  }

  void joined(Conversation conversation) {
    assert loop.inLoop();
    String id = conversation.envoy().id();
    if (conversations.stream().anyMatch(other -> other.envoy().id().equals(id))) {
      log.warn(
          "event=xds_envoy_twice envoy={} hint=\"node.id must be unique among the Envoys\"", id);
    }
    conversations.add(conversation);
    gone.remove(id);
    log.info("event=xds_envoy_connected envoy={}", id);
    publish(conversation);
  }

  void left(Conversation conversation) {
    assert loop.inLoop();
    String id = conversation.envoy().id();
    if (conversations.remove(conversation)
        && conversations.stream().noneMatch(other -> other.envoy().id().equals(id))) {
      EnvoyStatus status = conversation.status().gone();
      statuses.put(id, status);
      reporter.changed(status);
      gone.add(id);
      forgetTheEldest();
      log.info("event=xds_envoy_disconnected envoy={}", id);
    }
  }

  private void forgetTheEldest() {
    Iterator<String> eldestFirst = gone.iterator();
    for (int tooMany = gone.size() - REMEMBERED; tooMany > 0; tooMany--) {
      statuses.remove(eldestFirst.next());
      eldestFirst.remove();
    }
  }

  /** Makes the conversation's state visible to other threads. */
  void publish(Conversation conversation) {
    assert loop.inLoop();
    if (conversations.contains(conversation)) {
      EnvoyStatus now = conversation.status();
      EnvoyStatus before = statuses.put(now.id(), now);
      if (before == null || !before.connected() || before.ackedRevision() != now.ackedRevision()) {
        reporter.changed(now);
      }
      heard.accept(now);
    }
  }

  Collection<Conversation> conversations() {
    assert loop.inLoop();
    return new ArrayList<>(conversations);
  }

  Collection<EnvoyStatus> statuses() {
    return statuses.values();
  }
}
