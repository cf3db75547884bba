package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What somebody sees who has just typed the README's commands, nothing broken yet. */
@Tag("untimed")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FirstTenMinutesTest {
  /** The header and the claims of a JWT; a connection id may begin like one by chance. */
  private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]{8,}\\.eyJ");

  private static final int AT_ONCE = 50;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  private static String token;

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state);
    token = tier.token();
  }

  @Test
  @Order(1)
  void aSocketComesBackToTheSameServerByItsPinnedUrl() throws Exception {
    Socket first = tier.connect(token).get(10, TimeUnit.SECONDS);
    String server = first.server();
    URI pinned = first.pinned();
    first.close();

    for (int i = 0; i < 50; i++) {
      try (Socket again = tier.open(pinned, token).get(10, TimeUnit.SECONDS)) {
        assertEquals(server, again.server());
        assertEquals(pinned, again.pinned());
      }
    }
  }

  @Test
  @Order(2)
  void eitherEnvoyLeadsAPinToTheSameServer() throws Exception {
    Socket first = tier.connect(token).get(10, TimeUnit.SECONDS);
    URI pinned = first.pinned();
    first.close();

    for (var envoy : tier.addresses().path("envoys")) {
      URI edge = URI.create(envoy.path("edge").asText());
      URI there = URI.create("wss://" + edge.getAuthority() + pinned.getPath());
      try (Socket again = tier.open(there, token).get(10, TimeUnit.SECONDS)) {
        assertEquals(first.server(), again.server());
      }
    }
  }

  @Test
  @Order(3)
  void aMessagePublishedOnOneServerReachesSubscribersOnEveryServer() throws Exception {
    Map<String, Socket> oneEach = new HashMap<>();
    List<Socket> all = new ArrayList<>();
    while (oneEach.size() < 3) {
      Socket socket = tier.connect(token).get(10, TimeUnit.SECONDS);
      all.add(socket);
      oneEach.putIfAbsent(socket.server(), socket);
    }
    for (Socket socket : oneEach.values()) {
      socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}");
      assertEquals("demo.room", socket.await("subbed").path("ch").asText());
    }
    Socket publisher = oneEach.values().iterator().next();

    publisher.send("{\"op\":\"pub\",\"id\":2,\"ch\":\"demo.room\",\"data\":{\"hi\":1}}");

    long offset = publisher.await("pubbed").path("off").asLong();
    for (Socket socket : oneEach.values()) {
      var message = socket.await("msg");
      assertEquals(offset, message.path("off").asLong());
      assertEquals(1, message.path("data").path("hi").asInt());
    }
    all.forEach(Socket::close);
  }

  @Test
  @Order(4)
  void theReadmesCurlPublishesToWhoeverListens() throws Exception {
    String shown =
        Files.readString(Path.of(System.getProperty("mooring.root"), "README.md"))
            .lines()
            .filter(line -> line.startsWith("curl "))
            .findFirst()
            .orElseThrow();
    String typed =
        shown
            .replace("token new", "token new --state-dir '" + state + "'")
            .replace("localhost:8080/api/v1", tier.addresses().path("api").asText());
    Socket listener = tier.connect(token).get(10, TimeUnit.SECONDS);
    listener.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}");
    listener.await("subbed");

    String answered = Command.shell(typed);

    var position = new ObjectMapper().readTree(answered);
    var message = listener.await("msg");
    assertTrue(position.path("off").asLong() > 0, answered);
    assertEquals(position.path("off"), message.path("off"));
    assertEquals(position.path("tag"), message.path("tag"));
    assertEquals("dev", message.path("from").asText());
    assertEquals(1, message.path("data").path("hi").asInt());
    listener.close();
  }

  @Test
  @Order(5)
  void clientsWrittenElsewhereConnectAndComeBack() throws Exception {
    for (List<String> client : List.of(Foreign.python(), Foreign.node())) {
      List<String> command = new ArrayList<>(client);
      command.add(tier.edge().toString());
      command.add(token);
      command.add(tier.addresses().path("ca").asText());
      command.add("50");
      assertEquals("same server 50 of 50", Foreign.run(command), client::toString);
    }
  }

  @Test
  @Order(6)
  void firstConnectsSpreadAndAFourthServerTakesItsShareWhileNobodysPinMoves() throws Exception {
    List<Socket> before = connect(300);
    Map<String, Integer> shares = shares(before);
    assertEquals(3, shares.size(), shares::toString);
    shares.forEach(
        (server, count) -> assertTrue(count <= 135, () -> server + " has more: " + shares));
    before.forEach(Socket::close);

    tier.mooring("dev", "add");

    for (Socket socket : before) {
      try (Socket again = tier.open(socket.pinned(), token).get(10, TimeUnit.SECONDS)) {
        assertEquals(socket.server(), again.server());
      }
    }
    List<Socket> after = connect(300);
    Map<String, Integer> newShares = shares(after);
    assertEquals(4, newShares.size(), newShares::toString);
    System.out.printf("300 first connects: %s, with a fourth server %s%n", shares, newShares);
    assertTrue(newShares.getOrDefault("app-4", 0) >= 45, newShares::toString);
    after.forEach(Socket::close);
  }

  @Test
  @Order(7)
  void aBadTokenIsRefusedAndTheAnswerSaysAtWhichStep() {
    String forged = token.substring(0, token.lastIndexOf('.') + 1) + "AAAA";

    Throwable cause =
        tier.connect(forged)
            .handle((socket, error) -> error)
            .orTimeout(10, TimeUnit.SECONDS)
            .join();

    assertTrue(cause instanceof Socket.Refused, String.valueOf(cause));
    Socket.Refused refused = (Socket.Refused) cause;
    assertEquals(401, refused.status);
    assertTrue(String.valueOf(refused.getMessage()).contains("signature"), refused.getMessage());
    assertFalse(String.valueOf(refused.getMessage()).contains(forged));
  }

  @Test
  @Order(8)
  void noLogHoldsAToken() throws IOException {
    try (Stream<Path> logs = Files.list(state.resolve("log"))) {
      List<Path> all = logs.toList();
      assertTrue(all.size() > tier.pids().size() / 2, () -> "only these logs: " + all);
      for (Path log : all) {
        String text = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertFalse(text.contains(token), () -> log + " holds a token");
        assertFalse(TOKEN.matcher(text).find(), () -> log + " holds what looks like a token");
      }
    }
  }

  /** A few at a time: the edge gives a client five seconds for TLS, and all of them share one. */
  private static List<Socket> connect(int count) {
    List<Socket> connected = new ArrayList<>();
    while (connected.size() < count) {
      int few = Math.min(AT_ONCE, count - connected.size());
      Stream.generate(() -> tier.connect(token))
          .limit(few)
          .toList()
          .forEach(opening -> connected.add(opening.orTimeout(20, TimeUnit.SECONDS).join()));
    }
    return connected;
  }

  private static Map<String, Integer> shares(List<Socket> sockets) {
    Map<String, Integer> shares = new HashMap<>();
    sockets.forEach(socket -> shares.merge(socket.server(), 1, Integer::sum));
    return shares;
  }
}
