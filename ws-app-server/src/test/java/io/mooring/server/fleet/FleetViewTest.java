package io.mooring.server.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.registry.v1.Departed;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Peer;
import io.mooring.registry.v1.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is known of a server after what control planes have said. They speak in words of {@code
 * incarnation:revision servers}, with a {@code ?} after the revision if a server that is missing
 * may live; a server is {@code id@generation}, then {@code d} if it drains and {@code s} if it is
 * suspect, and {@code -id@generation} one that deregistered, with an {@code l} after it if it was
 * lost.
 */
class FleetViewTest {
  @ParameterizedTest(name = "{1} after {0}")
  @CsvSource({
    // said                                           asked of  known, dead, left in order
    "'',                                              app-1@1, false, false, false",
    "'a:1 app-2@1',                                   app-1@1, false, false, false",
    "'a:1 app-1@1',                                   app-1@1, true,  false, false",
    "'a:1 app-1@1s',                                  app-1@1, true,  false, false",
    "'a:1 app-1@1d',                                  app-1@1, true,  false, false",
    // a higher generation has the id, or the view is behind
    "'a:1 app-1@3',                                   app-1@2, true,  true,  false",
    "'a:1 app-1@3',                                   app-1@4, false, false, false",
    "'a:1 app-1@1; a:2 app-1@2',                      app-1@1, true,  true,  false",
    "'a:1 app-1@1d; a:2 app-1@2',                     app-1@1, true,  true,  true",
    "'a:1 app-1@1d; a:2 app-1@2',                     app-1@2, true,  false, false",
    "'a:1 app-1@1d; a:2 app-1@3',                     app-1@2, true,  true,  false",
    // it has left
    "'a:1 app-1@2; a:2',                              app-1@2, true,  true,  false",
    "'a:1 app-1@2; a:2',                              app-1@1, true,  true,  false",
    "'a:1 app-1@2; a:2',                              app-1@3, false, false, false",
    "'a:1 app-1@2d; a:2',                             app-1@2, true,  true,  true",
    "'a:1 app-1@2d; a:2',                             app-1@1, true,  true,  false",
    "'a:1 app-1@2ds; a:2',                            app-1@2, true,  true,  false",
    "'a:1 app-1@2; a:2 app-1@2d; a:3',                app-1@2, true,  true,  true",
    "'a:1 app-1@2d; a:2 app-1@2; a:3',                app-1@2, true,  true,  false",
    // it said itself that it leaves
    "'a:1 app-1@2; a:2 -app-1@2',                     app-1@2, true,  true,  true",
    "'a:1 app-1@2; a:2? -app-1@2',                    app-1@2, true,  true,  true",
    "'a:1 app-1@2s; a:2 -app-1@2',                    app-1@2, true,  true,  true",
    "'a:1 -app-1@2',                                  app-1@2, true,  true,  true",
    "'a:1 app-1@3 -app-1@2',                          app-1@2, true,  true,  true",
    "'a:1 app-1@3 -app-1@2',                          app-1@3, true,  false, false",
    "'a:1 app-1@2; a:2 app-1@3 -app-1@2',             app-1@2, true,  true,  true",
    "'a:1 app-1@2; a:2; a:3 -app-1@2',                app-1@2, true,  true,  true",
    "'a:1 -app-1@2; a:2 app-1@2; a:3 -app-1@2',       app-1@2, true,  true,  true",
    "'a:1 -app-1@2; a:2 app-1@2; a:3',                app-1@2, true,  true,  false",
    "'a:1 app-1@3; a:2; a:3 -app-1@2',                app-1@3, true,  true,  false",
    "'a:5 app-1@2; a:4 -app-1@2',                     app-1@2, true,  false, false",
    "'a:5 app-1@2; b:1 -app-1@2',                     app-1@2, true,  false, false",
    // its lease has ended
    "'a:1 app-1@2d; a:2 -app-1@2l',                   app-1@2, true,  true,  false",
    "'a:1 app-1@2; a:2? -app-1@2l',                   app-1@2, true,  true,  false",
    "'a:1 app-1@2d; a:2 app-1@3 -app-1@2l',           app-1@2, true,  true,  false",
    "'a:1 app-1@2d; a:2; a:3 -app-1@2l',              app-1@2, true,  true,  false",
    "'a:1 -app-1@2l; a:2 app-1@2; a:3 -app-1@2',      app-1@2, true,  true,  true",
    "'a:5 app-1@2; a:4 -app-1@2l',                    app-1@2, true,  false, false",
    // it has come back
    "'a:1 app-1@2; a:2; a:3 app-1@2',                 app-1@2, true,  false, false",
    "'a:1 app-1@2d; a:2; a:3 app-1@2',                app-1@2, true,  false, false",
    "'a:1 app-1@2d; a:2; a:3 app-1@3',                app-1@2, true,  true,  true",
    "'a:1 app-1@2d; a:2; a:3 app-1@3; a:4',           app-1@3, true,  true,  false",
    // who is missing may live
    "'a:1 app-1@1; a:2?',                             app-1@1, true,  false, false",
    "'a:1 app-1@1; a:2?; a:2',                        app-1@1, true,  true,  false",
    "'a:1 app-1@1; a:2? app-1@2',                     app-1@1, true,  true,  false",
    // a control plane that is behind
    "'a:5 app-1@1; a:4',                              app-1@1, true,  false, false",
    "'a:5 app-1@1; a:4; a:5',                         app-1@1, true,  true,  false",
    "'a:5 app-1@1; a:6; a:5 app-1@1',                 app-1@1, true,  true,  false",
    "'a:5 app-1@1; a:6 app-1@2; a:5 app-1@1; a:6',    app-1@1, true,  true,  false",
    "'a:5 app-1@1; a:6 app-1@1d; a:5 app-1@1; a:7',   app-1@1, true,  true,  true",
    "'a:5 app-1@1; a:4 app-2@1',                      app-2@1, true,  false, false",
    "'a:5 app-1@1; a:4 app-1@2',                      app-1@1, true,  true,  false",
    // a registry that has lost everything, or another one of before
    "'a:5 app-1@1; b:1',                              app-1@1, true,  false, false",
    "'a:5 app-1@1; b:1?; b:2? app-2@1',               app-1@1, true,  false, false",
    "'a:5 app-1@1; b:1?; b:2? app-1@1; b:3 app-1@1',  app-1@1, true,  false, false",
    "'a:5 app-1@1; b:1?; b:1',                        app-1@1, true,  true,  false",
    "'a:5 app-1@1d; b:1; b:2',                        app-1@1, true,  true,  true",
    "'a:5 app-1@1; b:1 app-1@2',                      app-1@1, true,  true,  false",
    "'b:1 app-1@2; a:5 app-1@1',                      app-1@2, false, false, false",
    "'b:1 app-1@2; a:5 app-1@1; b:1 app-1@2',         app-1@1, true,  true,  false",
    // one that counts generations anew
    "'a:5 app-1@5; b:1 app-1@1',                      app-1@1, true,  false, false",
    "'a:5 app-1@5; b:1 app-1@1',                      app-1@5, false, false, false",
    "'a:5 app-1@5; b:1?; b:2? app-1@1',               app-1@1, true,  false, false",
    "'a:5 app-1@5; a:6; b:1; b:2 app-1@1',            app-1@1, true,  false, false",
    "'a:5 app-1@5; a:6; b:1 app-1@1; b:2',            app-1@1, true,  true,  false",
  })
  void answersFromWhatWasSaid(
      String said, String asked, boolean known, boolean dead, boolean inOrder) {
    FleetView view = FleetView.EMPTY;
    for (String words : said.split("; ?")) {
      view = words.isEmpty() ? view : view.after(told(words));
    }

    assertEquals(known, view.knows(id(asked), generation(asked)), "known");
    assertEquals(dead, view.isDead(id(asked), generation(asked)), "dead");
    assertEquals(inOrder, view.leftInOrder(id(asked), generation(asked)), "left in order");
  }

  @Test
  void forgetsTheOldestOfThoseThatHaveGone() {
    FleetView view = FleetView.EMPTY;
    for (int i = 1; i <= 1_001; i++) {
      view = view.after(told("a:" + i + " app-" + i + "@1"));
    }
    assertTrue(view.isDead("app-1", 1));

    view = view.after(told("a:1002 app-1002@1"));

    assertFalse(view.knows("app-1", 1));
    assertTrue(view.isDead("app-2", 1));
    assertTrue(view.isDead("app-1001", 1));
  }

  private static Fleet told(String words) {
    String[] parts = words.split(" ");
    String[] position = parts[0].replace("?", "").split(":");
    Fleet.Builder fleet =
        Fleet.newBuilder()
            .setIncarnation(position[0])
            .setRevision(Long.parseLong(position[1]))
            .setComplete(!parts[0].endsWith("?"));
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("-")) {
        fleet.addDeparted(
            Departed.newBuilder()
                .setServerId(id(parts[i].substring(1)))
                .setGeneration(generation(parts[i]))
                .setLost(parts[i].endsWith("l")));
      } else {
        fleet.addServers(peer(parts[i]));
      }
    }
    return fleet.build();
  }

  private static Peer peer(String word) {
    String flags = word.substring(word.indexOf('@') + 1);
    return Peer.newBuilder()
        .setServerId(id(word))
        .setGeneration(generation(word))
        .setState(flags.contains("d") ? State.STATE_DRAINING : State.STATE_ACTIVE)
        .setSuspect(flags.contains("s"))
        .build();
  }

  private static String id(String word) {
    return word.substring(0, word.indexOf('@'));
  }

  private static long generation(String word) {
    return Long.parseLong(word.substring(word.indexOf('@') + 1).replaceAll("[a-z]", ""));
  }
}
