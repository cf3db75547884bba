package io.mooring.registry;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RendezvousTest {
  record Vector(String connId, List<Server> servers, List<String> order) {}

  static List<Vector> vectors() throws IOException {
    try (var file =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(RendezvousTest.class.getResourceAsStream("rendezvous.txt")),
                StandardCharsets.UTF_8))) {
      return file.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("; ", -1))
          .map(
              cells ->
                  new Vector(
                      cells[0],
                      Arrays.stream(cells[1].split(" ")).map(RendezvousTest::server).toList(),
                      List.of(cells[2].split(" "))))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void theOrderIsThatOfAnotherImplementation(Vector vector) {
    assertEquals(vector.order(), ids(Rendezvous.order(vector.connId(), vector.servers())));
  }

  @Test
  void aServerThatLeavesMovesOnlyItsOwnConnections() {
    List<Server> all = List.of(server("a=8"), server("b=8"), server("c=8"), server("d=8"));
    List<Server> without = all.subList(0, 3);

    for (String connId : connIds(2_000)) {
      List<String> before = ids(Rendezvous.order(connId, all));
      List<String> after = ids(Rendezvous.order(connId, without));
      assertEquals(before.stream().filter(id -> !id.equals("d")).toList(), after);
    }
  }

  @Test
  void connectionsSpreadByWeight() {
    List<Server> servers = List.of(server("a=8"), server("b=8"), server("half=4"), server("c=12"));

    Map<String, Integer> first =
        Stream.of(connIds(32_000))
            .map(connId -> Rendezvous.order(connId, servers).getFirst().id())
            .collect(groupingBy(id -> id, summingInt(id -> 1)));

    assertShare(8_000, first.getOrDefault("a", 0));
    assertShare(8_000, first.getOrDefault("b", 0));
    assertShare(4_000, first.getOrDefault("half", 0));
    assertShare(12_000, first.getOrDefault("c", 0));
  }

  @Test
  void noServersIsAnEmptyOrder() {
    assertTrue(Rendezvous.order("c", List.of()).isEmpty());
  }

  private static void assertShare(int expected, int actual) {
    assertTrue(Math.abs(actual - expected) < expected * 0.05, () -> expected + " ≠ " + actual);
  }

  private static String[] connIds(int count) {
    return IntStream.range(0, count).mapToObj(i -> "conn-" + i).toArray(String[]::new);
  }

  private static List<String> ids(List<Server> servers) {
    return servers.stream().map(Server::id).toList();
  }

  private static Server server(String idAndWeight) {
    String[] parts = idAndWeight.split("=", -1);
    return new Server(
        parts[0],
        "app",
        "uid",
        1,
        ServerState.ACTIVE,
        false,
        new Address("127.0.0.1", 7200),
        Optional.empty(),
        Integer.parseInt(parts[1]),
        "",
        Set.of());
  }
}
