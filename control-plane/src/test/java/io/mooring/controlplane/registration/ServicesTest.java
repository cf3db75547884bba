package io.mooring.controlplane.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mooring.process.Secret;
import io.mooring.registry.Address;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServicesTest {
  private final Services services =
      new Services(
          Map.of(
              "app", policy("app-token-0123456789", "10.0.0.0/8"),
              "chat", policy("chat-token-0123456789", "192.168.0.0/16"),
              "twin", policy("app-token-0123456789", "10.0.0.0/8")));

  @Test
  void aTokenOpensTheServicesThatHaveIt() {
    assertEquals(Set.of("chat"), services.openedBy("chat-token-0123456789"));
    assertEquals(Set.of("app", "twin"), services.openedBy("app-token-0123456789"));
    assertEquals(Set.of(), services.openedBy("chat-token-012345678"));
    assertEquals(Set.of(), services.openedBy(""));
  }

  @Test
  void whatStandsInRedisIsCheckedAgain() {
    TreeMap<String, Server> servers = new TreeMap<>();
    servers.put("good", server("good", "app", "10.0.0.1:7200", "10.0.0.1:7300"));
    servers.put("metadata", server("metadata", "app", "169.254.169.254:8000", "10.0.0.1:7300"));
    servers.put("port", server("port", "app", "10.0.0.1:22", "10.0.0.1:7300"));
    servers.put("api", server("api", "app", "10.0.0.1:7200", "127.0.0.1:9901"));
    servers.put("foreign", server("foreign", "chat", "10.0.0.1:7200", "10.0.0.1:7300"));
    servers.put("unknown", server("unknown", "nobody", "10.0.0.1:7200", "10.0.0.1:7300"));
    RegistryView view = new RegistryView("life", 7, servers);

    RegistryView admitted = services.admitted(view);

    assertEquals(Set.of("good"), admitted.byId().keySet());
    assertEquals(7, admitted.revision());
    assertEquals("life", admitted.incarnation());
  }

  @Test
  void aPolicyThatCannotBeMeantIsRefused() {
    Secret token = Secret.of("app-token-0123456789");
    for (Runnable bad :
        List.<Runnable>of(
            () -> new ServicePolicy(Secret.of("short"), List.of("10.0.0.0/8"), "7200"),
            () -> new ServicePolicy(token, List.of("10.0.0.0"), "7200"),
            () -> new ServicePolicy(token, List.of("10.0.0.0/8"), "0-7200"))) {
      assertThrows(IllegalArgumentException.class, bad::run);
    }
  }

  private static ServicePolicy policy(String token, String network) {
    return new ServicePolicy(Secret.of(token), List.of(network), "1024-65535");
  }

  private static Server server(String id, String service, String address, String apiAddress) {
    return new Server(
        id,
        service,
        "uid",
        1,
        ServerState.ACTIVE,
        false,
        Address.parse(address),
        Optional.of(Address.parse(apiAddress)),
        8,
        "",
        Set.of());
  }
}
