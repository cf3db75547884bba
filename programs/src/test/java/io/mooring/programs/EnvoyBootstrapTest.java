package io.mooring.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EnvoyBootstrapTest {
  private static final InetSocketAddress CONTROL_PLANE = new InetSocketAddress("127.0.0.1", 7110);

  private static EnvoyBootstrap bootstrap(String id, String address, OptionalInt wssPort) {
    return new EnvoyBootstrap(
        id, address, wssPort, OptionalInt.of(8080), 9901, List.of(CONTROL_PLANE), 9700);
  }

  @Test
  void everyVariableOfTheTemplateIsFilledIn() {
    String text = bootstrap("edge-1", "127.0.0.1", OptionalInt.of(8443)).render();

    assertFalse(text.lines().filter(line -> !line.startsWith("#")).anyMatch(l -> l.contains("${")));
    assertTrue(text.contains("id: edge-1"));
    assertTrue(text.contains("wss_port: 8443"));
    assertTrue(text.contains("address: \"127.0.0.1\", port_value: 7110"));
  }

  @Test
  void allControlPlanesAreNamed() {
    String text =
        new EnvoyBootstrap(
                "edge-1",
                "127.0.0.1",
                OptionalInt.empty(),
                OptionalInt.of(8080),
                9901,
                List.of(CONTROL_PLANE, new InetSocketAddress("127.0.0.1", 7111)),
                9700)
            .render();

    assertTrue(text.contains("port_value: 7110"));
    assertTrue(text.contains("port_value: 7111"));
  }

  @Test
  void listenersDrainGradually() {
    List<String> command = EnvoyProgram.command(Path.of("envoy"), Path.of("edge-1.yaml"), 2);

    assertEquals("gradual", command.get(command.indexOf("--drain-strategy") + 1));
    assertEquals("2", command.get(command.indexOf("--concurrency") + 1));
  }

  @Test
  void anAbsentPortIsLeftOut() {
    String text = bootstrap("edge-1", "127.0.0.1", OptionalInt.empty()).render();

    assertFalse(text.contains("wss_port"));
    assertTrue(text.contains("ws_port: 8080"));
  }

  @Test
  void anIdOutsideTheGrammarIsRefusedByName() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> bootstrap("edge 1\nadmin:", "127.0.0.1", OptionalInt.empty()));

    assertTrue(String.valueOf(refusal.getMessage()).startsWith("Envoy id \"edge 1"));
  }

  @Test
  void anAddressThatIsANameIsRefused() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> bootstrap("edge-1", "localhost", OptionalInt.empty()));

    assertEquals("Envoy address \"localhost\" is not a literal IP address", refusal.getMessage());
  }
}
