package io.mooring.server.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnAddressTest {
  @ParameterizedTest(name = "of [{0}] it is [{1}]")
  @CsvSource({
    "'', ''",
    "10.0.0.7, 10.0.0.7",
    "10.0.0.7 2001:db8::7, 10.0.0.7",
    "2001:db8::7, 2001:db8:0:0:0:0:0:7",
    "10.0.0.7 10.1.0.7, ''",
    "2001:db8::7 2001:db8::8, ''",
  })
  void theOnlyAddressIsTaken(String candidates, String expected) throws UnknownHostException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String candidate : candidates.split(" ", -1)) {
      if (!candidate.isEmpty()) {
        addresses.add(InetAddress.getByName(candidate));
      }
    }

    assertEquals(expected, OwnAddress.among(addresses).map(InetAddress::getHostAddress).orElse(""));
  }
}
