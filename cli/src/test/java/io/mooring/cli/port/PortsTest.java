package io.mooring.cli.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortsTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
  void aPortThatIsInUseIsTakenAndItsHolderIsNamed(String address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      int port = socket.getLocalPort();

      assertFalse(Ports.isFree(port));
      Ports.Holder holder = Ports.holder(port).orElseThrow();
      assertEquals(ProcessHandle.current().pid(), holder.pid());
      assertTrue(holder.toString().contains("java"), holder::toString);
    }
  }

  @Test
  void aPortThatWasGivenBackIsFreeAndHasNoHolder() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }

    assertTrue(Ports.isFree(port));
    assertTrue(Ports.holder(port).isEmpty());
  }
}
