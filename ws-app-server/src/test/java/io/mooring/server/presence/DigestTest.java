package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DigestTest {
  @Test
  void isThatOfTheProtocol() {
    assertEquals(0, of(List.of()));
    assertEquals(2_778_018_533L, of(List.of("ann")));
    assertEquals(4_259_666_680L, of(List.of("acme/bob", "ann")));
  }

  @Test
  void knowsNoOrderAndTellsLikeSetsApart() {
    assertEquals(of(List.of("ann", "acme/bob")), of(List.of("acme/bob", "ann")));
    assertNotEquals(of(List.of("u11", "u22")), of(List.of("u12", "u21")));
  }

  @Test
  void forgetsWhoIsRemoved() {
    Digest digest = new Digest();
    digest.add("ann");
    digest.add("bob");

    digest.remove("bob");

    assertEquals(of(List.of("ann")), digest.value());
  }

  private static long of(List<String> users) {
    Digest digest = new Digest();
    users.forEach(digest::add);
    return digest.value();
  }
}
