package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mooring.server.loop.Loops;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryPresenceTest extends PresenceContract {
  private final Loops loops = new Loops(2);
  private final Presence presence = new MemoryPresence(loops, dead::millis);
  private final Presence brief = new MemoryPresence(loops, dead::millis, BRIEF, System::nanoTime);

  @AfterEach
  void end() {
    loops.close();
  }

  @Override
  Presence presence() {
    return presence;
  }

  @Override
  Presence brief() {
    return brief;
  }

  @Test
  void failsWhenTheServerStops() {
    loops.close();

    CompletionException failure =
        assertThrows(CompletionException.class, () -> get(presence.online(A, List.of("ann"))));
    assertInstanceOf(PresenceException.class, failure.getCause());
  }
}
