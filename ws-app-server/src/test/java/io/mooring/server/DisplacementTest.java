package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.token.Identity;
import java.io.IOException;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisplacementTest {
  @TempDir private static Path folder;

  private static Stand stand;

  @BeforeAll
  static void start() throws IOException {
    stand = new Stand(folder);
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @Test
  void closesTheOlderSocketOfTheSameConnection() throws IOException {
    Identity first = stand.edge().identity("ann");
    Identity second = Edge.signedAt(first, first.iat() + 1);
    try (Client older = open(first);
        Client newer = open(second)) {

      assertEquals("close 4504 r=replaced", older.peer().read(8).toString());
      newer.subscribe("demo.room");
    }
  }

  @Test
  void closesTheHandshakeThatWasSignedEarlierHoweverLateItCame() throws IOException {
    Identity late = stand.edge().identity("ann");
    Identity early = Edge.signedAt(late, late.iat() - 5_000);
    try (Client newer = open(late);
        Client delayed = open(early)) {

      assertEquals("close 4504 r=replaced", delayed.peer().read(8).toString());
      newer.subscribe("demo.room");
    }
  }

  @Test
  void leavesNothingBehindOfEither() throws IOException {
    Identity first = stand.edge().identity("ann");
    Client older = open(first);
    Client newer = open(Edge.signedAt(first, first.iat() + 1));
    older.close();
    newer.close();

    Awaitility.await().until(() -> stand.server().connections().count() == 0);
    open(Edge.signedAt(first, first.iat() - 1)).subscribe("demo.room");
  }

  private static Client open(Identity identity) throws IOException {
    return Client.open(stand.port(), "/ws", stand.edge().header(identity));
  }
}
