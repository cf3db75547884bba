package io.mooring.server.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.presence.Departure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttendingTest {
  @ParameterizedTest(name = "{0}, moving {1}: the user {2}, its rooms {3}")
  @CsvSource({
    "1000, false, FOR_GOOD, FOR_GOOD",
    "1005, false, FOR_GOOD, FOR_GOOD",
    "1000, true,  FOR_NOW,  FOR_NOW",
    "1001, false, FOR_NOW,  FOR_NOW",
    "1006, false, FOR_NOW,  FOR_NOW",
    "4103, false, FOR_NOW,  FOR_NOW",
    "4200, true,  FOR_NOW,  FOR_NOW",
    "4503, false, FOR_GOOD, FOR_GOOD",
    "4504, false, FOR_GOOD, FOR_NOW",
    "4505, true,  FOR_GOOD, FOR_GOOD",
  })
  void waitsForWhoMayComeBack(int code, boolean moving, Departure user, Departure rooms) {
    assertEquals(user, Attending.departure(code, moving));
    assertEquals(rooms, Attending.fromRooms(code, moving));
  }
}
