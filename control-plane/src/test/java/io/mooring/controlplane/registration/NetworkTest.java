package io.mooring.controlplane.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.registry.Address;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.0.0.1:7200, true",
    "127.0.0.0/8, 128.0.0.1:7200, false",
    "10.1.2.0/23, 10.1.3.255:1, true",
    "10.1.2.0/23, 10.1.4.0:1, false",
    "10.1.2.3/32, 10.1.2.3:1, true",
    "10.1.2.3/32, 10.1.2.4:1, false",
    "0.0.0.0/0, 203.0.113.9:1, true",
    "fd00::/8, [fd12::1]:1, true",
    "fd00::/8, [fe80::1]:1, false",
    "::/0, 10.0.0.1:1, false",
    "0.0.0.0/0, [::1]:1, false",
  })
  void aBlockHoldsTheAddressesThatShareItsPrefix(String block, String address, boolean inside) {
    assertEquals(inside, Network.parse(block).contains(Address.parse(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "/8",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.1/8",
        "a/8",
        "example.com/8",
        "10.0.0/8",
        "::/129"
      })
  void whatIsNotABlockIsNamed(String text) {
    var refused = assertThrows(IllegalArgumentException.class, () -> Network.parse(text));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("network \"" + text + "\""));
  }

  @ParameterizedTest
  @CsvSource({
    "1024-65535, 7200, true",
    "1024-65535, 1023, false",
    "7200, 7200, true",
    "7200, 7201, false",
  })
  void aRangeHoldsItsPorts(String range, int port, boolean inside) {
    assertEquals(inside, PortRange.parse(range).contains(port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "65536", "9-8", "1-65536", "a-b", "1-2-3", "http"})
  void whatIsNotARangeIsNamed(String text) {
    var refused = assertThrows(IllegalArgumentException.class, () -> PortRange.parse(text));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("ports \"" + text + "\""));
  }
}
