package io.mooring.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RoomTest {
  private final Room room = new Room(64 << 10, 2);

  @Test
  void refusesWhatDoesNotFitBesideTheOthersUntilTheyAreDone() throws Exception {
    try (Room.Place first = room.take(40 << 10)) {
      assertUnavailable(assertThrows(RefusedException.class, () -> room.take(30 << 10)));
      room.take(24 << 10).close();
    }

    room.take(64 << 10).close();
  }

  @Test
  void waitsALittleForOthers() throws Exception {
    Room.Place first = room.take(64 << 10);
    CompletableFuture<Void> second =
        CompletableFuture.runAsync(
            () -> {
              try (Room.Place place = room.take(1)) {
                place.close();
              } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
              }
            });

    first.close();

    second.join();
  }

  @Test
  void takesWhatIsLargerThanAllOfItAlone() throws Exception {
    try (Room.Place all = room.take(1L << 40)) {
      assertThrows(RefusedException.class, () -> room.take(1));
    }
  }

  @Test
  void letsInOnlySoManyAtOnce() {
    try (Room.Place one = room.enter();
        Room.Place two = room.enter()) {
      assertUnavailable(assertThrows(RefusedException.class, room::enter));
    }

    room.enter().close();
  }

  private static void assertUnavailable(RefusedException refused) {
    assertEquals(503, refused.problem().status().code());
  }
}
