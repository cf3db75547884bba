package io.mooring.server.fleet;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.registry.v1.Fleet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last view of the fleet, which stays while no control plane speaks. Any thread may read it; it
 * is told by one.
 */
public final class FleetMemory {
  private static final Logger log = LoggerFactory.getLogger(FleetMemory.class);

  private final List<Consumer<FleetView>> listeners = new CopyOnWriteArrayList<>();
  private volatile FleetView view = FleetView.EMPTY;

  public void watch(MeterRegistry meters) {
    Gauge.builder("mooring.fleet.servers", this, memory -> memory.view.servers().size())
        .description("Servers of the fleet that this one knows of, itself among them")
        .register(meters);
  }

  public FleetView view() {
    return view;
  }

  /**
   * Adds a listener. It is called with each view that says anything else of the servers than the
   * one before, in order, on the thread that takes in what control planes say; it returns at once.
   * One that throws is logged, and called again the next time.
   */
  public void onChange(Consumer<FleetView> listener) {
    listeners.add(listener);
  }

  /** Takes in what a control plane says. Called by one thread. */
  public void told(Fleet fleet) {
    FleetView before = view;
    FleetView now = before.after(fleet);
    view = now;
    if (now.servers().equals(before.servers()) && now.departed().equals(before.departed())) {
      return;
    }
    log.debug(
        "event=fleet_changed incarnation={} revision={} servers={}",
        now.incarnation(),
        now.revision(),
        now.servers().size());
    for (Consumer<FleetView> listener : listeners) {
      try {
        listener.accept(now);
      } catch (RuntimeException failed) {
        log.error("event=fleet_listener_failed revision={}", now.revision(), failed);
      }
    }
  }
}
