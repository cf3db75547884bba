package io.mooring.server.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Peer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetMemoryTest {
  private final FleetMemory memory = new FleetMemory();

  @Test
  void tellsOfEachChangeOnceAndInOrder() {
    List<FleetView> heard = new ArrayList<>();
    memory.onChange(heard::add);

    memory.told(fleet(1, "app-1"));
    FleetView first = memory.view();
    memory.told(fleet(2, "app-1"));
    memory.told(fleet(3, "app-1", "app-2"));

    assertEquals(List.of(first, memory.view()), heard);
  }

  @Test
  void tellsOnThoughAListenerThrows() {
    List<FleetView> heard = new ArrayList<>();
    memory.onChange(
        view -> {
          throw new IllegalStateException("of a test");
        });
    memory.onChange(heard::add);

    memory.told(fleet(1, "app-1"));
    memory.told(fleet(2, "app-1", "app-2"));

    assertEquals(2, heard.size());
  }

  @Test
  void countsTheServers() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    memory.watch(meters);

    memory.told(fleet(1, "app-1", "app-2"));

    assertEquals(2, meters.get("mooring.fleet.servers").gauge().value());
  }

  private static Fleet fleet(long revision, String... servers) {
    Fleet.Builder fleet =
        Fleet.newBuilder().setIncarnation("life").setRevision(revision).setComplete(true);
    for (String server : servers) {
      fleet.addServers(Peer.newBuilder().setServerId(server).setGeneration(1));
    }
    return fleet.build();
  }
}
