package io.mooring.controlplane.connections;

import static io.mooring.controlplane.connections.Holder.page;
import static io.mooring.controlplane.connections.Holder.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.Tier;
import io.mooring.controlplane.registration.ServicePolicy;
import io.mooring.controlplane.registration.Services;
import io.mooring.process.Secret;
import io.mooring.registry.Address;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.MasterKeys;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that answer, and servers that lie, are slow, or are not there. */
class ConnectionSearchTest {
  private static final Question ALL =
      new Question(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false, 100);

  @TempDir Path folder;
  private final TreeMap<String, Server> servers = new TreeMap<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private MasterKeys keys;
  private ConnectionSearch search;

  @BeforeEach
  void start() throws IOException {
    keys = MasterKeys.read(Files.writeString(folder.resolve("keys"), MasterKeys.generate("k1")));
    ServicePolicy policy =
        new ServicePolicy(Secret.of("app-token-0123456789"), List.of("127.0.0.0/8"), "1024-65535");
    search =
        new ConnectionSearch(
            () -> new RegistryView("life", 7, servers),
            new Services(Map.of("app", policy, "chat", policy)),
            keys,
            "control-1",
            InstantSource.system());
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : opened) {
      part.close();
    }
  }

  @Test
  void theAnswersOfAllServersMakeOne() throws Exception {
    holder("app-1", "app", page(5, row("a", "ann")));
    holder("app-2", "app", page(1, row("b", "bob")));
    holder("chat-1", "chat", page(0));

    Found found = search.search(ALL);

    assertEquals(6, found.total());
    assertEquals(List.of("app-1 a", "app-2 b"), found.rows().stream().map(this::name).toList());
    assertEquals(List.of(), found.unanswered());
  }

  @Test
  void eachServerIsAskedWhatWasAskedInTheKeyOfItsOwnService() throws Exception {
    Holder app = holder("app-1", "app", page(0));
    Holder chat = holder("chat-1", "chat", page(0));

    search.search(
        new Question(
            Optional.empty(),
            Optional.of("ann|1"),
            Optional.of("c"),
            Optional.of("edge-1"),
            false,
            7));

    assertEquals(
        List.of("/api/v1/connections?limit=7&closed=false&user=ann%7C1&conn=c&envoy=edge-1"),
        app.queries);
    assertEquals(app.queries, chat.queries);
    assertInstanceOf(IdentityCheck.Valid.class, verifier("app").verify(app.identities.getFirst()));
    assertInstanceOf(
        IdentityCheck.Invalid.class, verifier("app").verify(chat.identities.getFirst()));
    assertNotEquals(app.identities, chat.identities);
  }

  @Test
  void oneServerMayBeAskedAlone() throws Exception {
    Holder first = holder("app-1", "app", page(1, row("a", "ann")));
    holder("app-2", "app", page(1, row("b", "bob")));

    Found found =
        search.search(
            new Question(
                Optional.of("app-2"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                100));

    assertEquals(1, found.total());
    assertEquals(List.of(), first.queries);
  }

  @Test
  void moreThanTheLimitIsOnlyCounted() throws Exception {
    holder("app-1", "app", page(2, row("a", "ann"), row("b", "ann")));
    holder("app-2", "app", page(2, row("c", "ann"), row("d", "ann")));

    Found found =
        search.search(
            new Question(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false, 3));

    assertEquals(4, found.total());
    assertEquals(3, found.rows().size());
  }

  @Test
  void closedOnesAreToldOfTheLastFirst() throws Exception {
    holder("app-1", "app", page(1, ended("a", 900)));
    holder("app-2", "app", page(2, ended("b", 20), ended("c", 2_000)));

    Found found =
        search.search(
            new Question(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true, 2));

    assertEquals(3, found.total());
    assertEquals(List.of("app-2 b", "app-1 a"), found.rows().stream().map(this::name).toList());
    assertEquals(
        Optional.of(new Row.Ending(4200, "r=drain", 20)), found.rows().getFirst().ending());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>not here</html>",
        "[]",
        "{}",
        "{\"total\":0}trailing",
        "{\"total\":-1,\"connections\":[]}",
        "{\"total\":1e9,\"connections\":[]}",
        "{\"total\":99999999999999999999,\"connections\":[]}",
        "{\"total\":1,\"connections\":{}}",
        "{\"total\":1,\"connections\":[7]}",
        "{\"total\":1,\"connections\":[{\"conn\":\"a\"}]}",
        "{\"total\":0,\"connections\":[{\"conn\":\"a\",\"user\":\"u\",\"role\":\"client\",\"envoy\":\"\",\"age_ms\":1,\"channels\":1,\"queued_bytes\":0,\"exp\":1}]}",
        "{\"total\":1,\"connections\":[{\"conn\":\"a\",\"user\":\"\\u001b[2J\",\"role\":\"client\",\"envoy\":\"\",\"age_ms\":1,\"channels\":1,\"queued_bytes\":0,\"exp\":1}]}",
        "{\"total\":1,\"connections\":[{\"conn\":\"a\",\"user\":\"\\u202enna\",\"role\":\"client\",\"envoy\":\"\",\"age_ms\":1,\"channels\":1,\"queued_bytes\":0,\"exp\":1}]}",
        "{\"total\":1,\"x\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],\"connections\":[]}",
      })
  void anAnswerThatIsNoneIsNamed(String body) throws Exception {
    holder("app-1", "app", page(1, row("a", "ann")));
    opened.add(Holder.answering(exchange -> Holder.send(exchange, 200, body)));
    register("app-2", "app", Optional.of(((Holder) opened.getLast()).port()));

    Found found = search.search(ALL);

    assertEquals(1, found.total());
    assertUnanswered("app-2", "answered something else: ", found);
  }

  @Test
  void aReasonQuotesNothingThatATerminalWouldObey() throws Exception {
    opened.add(
        Holder.answering(exchange -> Holder.send(exchange, 200, "\u001b[2J" + "x".repeat(5_000))));
    register("app-1", "app", Optional.of(((Holder) opened.getLast()).port()));

    String reason = search.search(ALL).unanswered().getFirst().reason();

    assertTrue(reason.length() < 300 && reason.chars().noneMatch(Character::isISOControl), reason);
  }

  @Test
  void aRefusalIsNamedWithItsStatus() throws Exception {
    opened.add(Holder.answering(exchange -> Holder.send(exchange, 404, "no such page")));
    register("app-1", "app", Optional.of(((Holder) opened.getLast()).port()));

    assertUnanswered("app-1", "answered HTTP 404", search.search(ALL));
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    Holder elsewhere = holder("chat-1", "chat", page(0));
    opened.add(
        Holder.answering(
            exchange -> {
              exchange
                  .getResponseHeaders()
                  .add("location", "http://127.0.0.1:" + elsewhere.port() + "/secret");
              Holder.send(exchange, 302, "");
            }));
    register("app-1", "app", Optional.of(((Holder) opened.getLast()).port()));

    assertUnanswered("app-1", "answered HTTP 302", search.search(ALL));
    assertTrue(elsewhere.queries.stream().noneMatch(query -> query.contains("secret")));
  }

  @Test
  void aServerThatSendsTooMuchIsCutOff() throws Exception {
    opened.add(
        Holder.answering(
            exchange -> {
              byte[] much = new byte[10 << 20];
              exchange.sendResponseHeaders(200, much.length);
              exchange.getResponseBody().write(much);
              exchange.close();
            }));
    register("app-1", "app", Optional.of(((Holder) opened.getLast()).port()));

    assertUnanswered("app-1", "broke off: ", search.search(ALL));
  }

  @Test
  void aServerThatIsSlowCostsASecondAndNotTheOthersAnswers() throws Exception {
    holder("app-1", "app", page(1, row("a", "ann")));
    CountDownLatch held = new CountDownLatch(1);
    ServerSocket silent = Tier.listen();
    opened.add(silent);
    register("app-2", "app", Optional.of(silent.getLocalPort()));
    opened.add(
        Holder.answering(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
              held.await();
            }));
    register("app-3", "app", Optional.of(((Holder) opened.getLast()).port()));
    long begun = System.nanoTime();

    Found found = search.search(ALL);

    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertEquals(1, found.total());
    String slow = "did not answer within 1000 ms";
    assertEquals(
        List.of(new Found.Unanswered("app-2", slow), new Found.Unanswered("app-3", slow)),
        found.unanswered());
    held.countDown();
    assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, () -> "took " + took);
  }

  @Test
  void aServerThatDidNotAnswerIsNotWaitedForAgainAtOnce() throws Exception {
    holder("app-1", "app", page(1, row("a", "ann")));
    Holder silent = silent();
    register("app-2", "app", Optional.of(silent.port()));
    Found first = search.search(ALL);

    Found second = search.search(ALL);

    assertEquals(first, second);
    assertUnanswered("app-2", "did not answer within 1000 ms", second);
    assertEquals(1, silent.queries.size());
  }

  @Test
  void onlySoManyWaitBehindAServerThatHangs() throws Exception {
    register("app-1", "app", Optional.of(silent().port()));
    List<Future<Found>> asked = new ArrayList<>();
    int busy = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 60; i++) {
        asked.add(threads.submit(() -> search.search(ALL)));
      }
      for (Future<Found> one : asked) {
        try {
          assertUnanswered("app-1", "did not answer", one.get());
        } catch (ExecutionException refused) {
          assertInstanceOf(BusyException.class, refused.getCause());
          busy++;
        }
      }
    }
    assertTrue(busy > 0 && busy < 30, "busy: " + busy);
  }

  /** Takes questions and answers none. */
  private Holder silent() {
    CountDownLatch held = new CountDownLatch(1);
    Holder silent = Holder.answering(exchange -> held.await());
    opened.add(held::countDown);
    opened.add(silent);
    return silent;
  }

  @Test
  void ofManyServersEachIsAskedForNoMoreThanItsShareHolds() throws Exception {
    Holder every = holder("app-0", "app", page(1_000, row("c".repeat(43), "u".repeat(128))));
    for (int i = 1; i < 100; i++) {
      register("app-" + i, "app", Optional.of(every.port()));
    }

    Found found = search.search(ALL.atMost(Question.MOST));

    assertTrue(found.hint().startsWith("each of the 100 servers tells of at most"), found::hint);
    assertTrue(
        every.queries.stream().allMatch(query -> query.contains("limit=163&")),
        every.queries::toString);
    assertEquals("", search.search(ALL.atMost(10)).hint());
  }

  @Test
  void aServerThatCannotBeAskedIsNamed() throws Exception {
    register("app-1", "app", Optional.of(Tier.closedPort()));
    register("app-2", "app", Optional.empty());
    servers.put("app-3", server("app-3", "app", Optional.of(new Address("169.254.169.254", 7300))));
    servers.put("app-4", server("app-4", "app", Optional.of(new Address("127.0.0.1", 80))));
    servers.put("x-1", server("x-1", "unknown", Optional.of(new Address("127.0.0.1", 7300))));

    Map<String, String> reasons = new TreeMap<>();
    search.search(ALL).unanswered().forEach(one -> reasons.put(one.server(), one.reason()));

    String expected = ", expected a literal ip:port in 127.0.0.0/8 with a port of 1024-65535";
    assertEquals(
        Map.of(
            "app-1", "refused the connection",
            "app-2", "has registered no api_address",
            "app-3", "is not asked: its api_address is 169.254.169.254:7300" + expected,
            "app-4", "is not asked: its api_address is 127.0.0.1:80" + expected,
            "x-1",
                "is not asked: its api_address is 127.0.0.1:7300, expected a service that is"
                    + " configured"),
        reasons);
  }

  private static void assertUnanswered(String server, String reason, Found found) {
    Found.Unanswered first = found.unanswered().getFirst();
    assertEquals(server, first.server());
    assertTrue(first.reason().startsWith(reason), first.reason());
  }

  private String name(Row row) {
    return row.server() + " " + row.conn();
  }

  private static String ended(String conn, int millisAgo) {
    String live = row(conn, "ann");
    return live.substring(0, live.length() - 1)
        + ",\"code\":4200,\"reason\":\"r=drain\",\"closed_ms_ago\":"
        + millisAgo
        + "}";
  }

  private Holder holder(String id, String service, String json) {
    Holder holder = Holder.of(verifier(service), json);
    opened.add(holder);
    register(id, service, Optional.of(holder.port()));
    return holder;
  }

  private IdentityVerifier verifier(String service) {
    return new IdentityVerifier(keys, service, InstantSource.system());
  }

  private void register(String id, String service, Optional<Integer> apiPort) {
    servers.put(id, server(id, service, apiPort.map(port -> new Address("127.0.0.1", port))));
  }

  private static Server server(String id, String service, Optional<Address> api) {
    return new Server(
        id,
        service,
        "uid",
        1,
        ServerState.ACTIVE,
        false,
        new Address("127.0.0.1", 7200),
        api,
        8,
        "",
        Set.of(),
        Map.of(),
        Optional.empty(),
        0);
  }
}
