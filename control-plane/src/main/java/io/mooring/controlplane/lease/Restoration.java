package io.mooring.controlplane.lease;

import io.mooring.registry.Fence;
import io.mooring.registry.History;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the memory back into a registry that came back empty or older. Every replica writes what
 * it remembers; the leader says once that nothing else is missing, one TTL later: by then each
 * replica has written, and each server that lives has been heard of. Belongs to the reaper's
 * thread.
 */
final class Restoration {
  private static final Logger log = LoggerFactory.getLogger(Restoration.class);

  /** What has to stand for one TTL before everything counts as restored. */
  private record Standing(Optional<Fence> fence, long history, Set<String> kept) {}

  private final RegistryStore store;
  private final long ttl;
  private Standing standing = new Standing(Optional.empty(), 0, Set.of());
  private long since;
  private boolean said = true;

  Restoration(RegistryStore store, Duration ttl) {
    this.store = store;
    this.ttl = ttl.toNanos();
  }

  /**
   * Writes what is to be written now.
   *
   * @param now monotonic nanoseconds
   * @param kept ids of the servers that the registry does not know as the view does
   * @param history that of the view
   * @return whether anything was written, so that leases begin anew
   */
  boolean pass(
      long now, Optional<Fence> fence, RegistryView view, Set<String> kept, History history) {
    Standing current = new Standing(fence, history.number(), kept);
    if (!current.equals(standing)) {
      standing = current;
      since = now;
      said = false;
    }
    Set<String> written = kept.isEmpty() ? Set.of() : restore(view, kept);
    if (!said && fence.isPresent() && now - since > ttl) {
      said = store.restored(fence.get(), view.revision(), history.mark());
    }
    return !written.isEmpty();
  }

  private Set<String> restore(RegistryView view, Set<String> kept) {
    List<Server> servers = view.servers().stream().filter(s -> kept.contains(s.id())).toList();
    Set<String> written = store.restore(servers, view.revision());
    if (!written.isEmpty()) {
      log.warn("event=registry_restored servers={} revision={}", written, view.revision());
    }
    return written;
  }
}
