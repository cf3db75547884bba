package io.mooring.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceNamesTest {
  private final ServiceNames names =
      ServiceNames.of("app", Map.of("chat.example.com", "chat", "[::1]", "six"));

  @ParameterizedTest
  @CsvSource({
    "chat.example.com, chat",
    "chat.example.com:8443, chat",
    "Chat.Example.COM, chat",
    "chat.example.com.:443, chat",
    "[::1]:8443, six",
    "[::1], six",
    "other.example.com, app",
    "chat.example.com.evil.example, app",
    "localhost:8080, app",
  })
  void aHostWithAServiceOfItsOwnLeadsThere(String host, String service) {
    assertEquals(service, names.of(null, host));
  }

  @Test
  void theQueryIsAskedFirst() {
    assertEquals("other", names.of("other", "chat.example.com"));
  }
}
