package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.e2e.Browser.Row;
import io.mooring.e2e.Browser.Tab;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two tabs of a real Chromium on the demo page, through the edge with TLS, while numbers are
 * published: whatever happens to their sockets, each row comes once. Pictures are kept in {@code
 * target/screenshots}.
 */
@Tag("untimed")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrowserTest {
  /** What is missed during the longest trouble stays below what a resume brings, 300. */
  private static final Duration PAUSE = Duration.ofMillis(150);

  private static final Duration OFFLINE = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SOME = 20;
  private static final Path PICTURES = Path.of("target", "screenshots").toAbsolutePath();

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Cable cable;
  @AutoClose private static Browser browser;
  @AutoClose private static Numbers numbers;
  private static Tab one;
  private static Tab two;

  @BeforeAll
  static void openTwoTabs() throws Exception {
    Files.createDirectories(PICTURES);
    tier = Tier.up(state);
    URI page = URI.create(tier.addresses().path("demo").asText());
    cable = new Cable(page.getPort()).start();
    browser = Browser.start(tier, page.getPort(), cable.port());
    one = browser.open(page);
    two = browser.open(page);
    for (Tab tab : List.of(one, two)) {
      await().until(() -> tab.fact("state").equals("open") && !tab.fact("offset").equals("–"));
    }
    numbers =
        new Numbers(
            URI.create(tier.addresses().path("api").asText()),
            tier.token("--role", "publisher"),
            "demo.room");
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200));
  }

  @Test
  @Order(1)
  void theTabsTalkAndShowTheirConnections() {
    one.say("hello from the first tab");
    await().until(() -> texts(two).equals(List.of("hello from the first tab")));
    two.say("and from the second");
    List<String> both = List.of("hello from the first tab", "and from the second");
    await().until(() -> texts(one).equals(both) && texts(two).equals(both));

    for (Tab tab : List.of(one, two)) {
      assertTrue(tab.fact("server").startsWith("app-"), tab.fact("server"));
      assertEquals(
          tier.edge() + "/" + tab.fact("server") + "/" + tab.fact("conn"), tab.fact("url"));
      assertEquals("2", tab.fact("received"));
      assertEquals("0", tab.fact("losses"));
    }
    assertNotEquals(one.fact("conn"), two.fact("conn"));
    one.shoot(PICTURES.resolve("phone.png"), "light", 390, 844);
    one.shoot(PICTURES.resolve("dark.png"), "dark", 1280, 900);
    one.shoot(PICTURES.resolve("light.png"), "light", 1280, 900);
    numbers.start(PAUSE);
  }

  @Test
  @Order(2)
  void aKilledServerCostsNoMessage() {
    awaitMore();
    String server = one.fact("server");
    int reconnects = one.count("reconnects");

    tier.kill(server);

    await().until(() -> one.count("reconnects") > reconnects && one.fact("state").equals("open"));
    assertNotEquals(server, one.fact("server"));
    awaitMore();
    one.shoot(PICTURES.resolve("killed.png"), "light", 1280, 900);
    assertWhole();
    tell("its server was killed");
    tier.start(server);
    tier.awaitServers(3);
  }

  @Test
  @Order(3)
  void aDrainedServerCostsNoMessageAndNoBreak() throws Exception {
    awaitMore();
    String server = one.fact("server");
    int reconnects = one.count("reconnects");
    int moves = one.count("moves");

    tier.mooring("drain", server, "--rate", "20", "--deadline", "60s");

    await().until(() -> one.count("moves") > moves && one.fact("state").equals("open"));
    assertNotEquals(server, one.fact("server"));
    assertEquals(reconnects, one.count("reconnects"));
    awaitMore();
    one.shoot(PICTURES.resolve("drained.png"), "light", 1280, 900);
    assertWhole();
    tell("its server was drained");
    await().until(() -> tier.process(server).path("state").asText().equals("exited"));
    tier.start(server);
    tier.awaitServers(3);
  }

  @Test
  @Order(4)
  void twentySecondsWithoutANetworkCostNoMessage() {
    awaitMore();
    int reconnects = one.count("reconnects");
    int before = numbers.acknowledged().size();

    browser.offline(true);
    cable.cut();
    long cutAt = System.nanoTime();
    await().until(() -> one.fact("state").equals("waiting"));
    one.shoot(PICTURES.resolve("offline.png"), "light", 1280, 900);
    await().until(() -> System.nanoTime() - cutAt >= OFFLINE.toNanos());
    assertEquals("waiting", one.fact("state"));
    assertEquals(reconnects, one.count("reconnects"));
    assertTrue(numbers.acknowledged().size() > before + SOME, "others went on");
    cable.mend();
    browser.offline(false);

    await().until(() -> one.fact("state").equals("open") && two.fact("state").equals("open"));
    assertTrue(one.count("reconnects") > reconnects);
    awaitMore();
    one.shoot(PICTURES.resolve("back.png"), "light", 1280, 900);
    assertWhole();
    tell("it had no network for " + OFFLINE.toSeconds() + " s");
  }

  @Test
  @Order(5)
  void aTabInTheBackgroundWhoseServerDiesMeanwhileMissesNoMessage() {
    awaitMore();
    String server = one.fact("server");
    int reconnects = one.count("reconnects");

    one.freeze();
    awaitMore();
    tier.kill(server);
    awaitMore();
    one.thaw();

    await().until(() -> one.count("reconnects") > reconnects && one.fact("state").equals("open"));
    assertEquals(1, one.freezes());
    assertNotEquals(server, one.fact("server"));
    awaitMore();
    one.shoot(PICTURES.resolve("background.png"), "light", 1280, 900);
    assertWhole();
    tell("it was frozen while its server was killed");
    tier.start(server);
  }

  @Test
  @Order(6)
  void nobodyMissedAnything() {
    numbers.close();

    assertWhole();
    for (Tab tab : List.of(one, two)) {
      await().until(() -> tab.count("received") == tab.rows().size());
    }
    tell("all of it");
  }

  /** So many more are published. */
  private static void awaitMore() {
    int before = numbers.acknowledged().size();
    await().until(() -> numbers.acknowledged().size() >= before + SOME);
  }

  /** What was published until now has come to each tab, once, in order, and nothing else has. */
  private static void assertWhole() {
    List<String> published = numbers.acknowledged();
    for (Tab tab : List.of(one, two)) {
      await().until(() -> numbersOf(tab).size() >= published.size());
      assertEquals(published, numbersOf(tab).subList(0, published.size()));
      assertEquals("0", tab.fact("losses"));
      List<Row> rows = tab.rows();
      for (int i = 0; i < rows.size(); i++) {
        assertEquals(rows.getFirst().off() + i, rows.get(i).off(), rows.get(i)::toString);
      }
    }
  }

  private static void tell(String after) {
    System.out.printf(
        "browser, the first tab after %s: %d messages, each once, %s lost, %s dropped as seen"
            + " before; no socket for %s ms so far, %s times moved%n",
        after,
        one.rows().size(),
        one.fact("losses"),
        one.fact("duplicates"),
        one.outages(),
        one.fact("moves"));
  }

  private static List<String> numbersOf(Tab tab) {
    return texts(tab).stream().filter(text -> text.startsWith("number ")).toList();
  }

  private static List<String> texts(Tab tab) {
    return tab.rows().stream().map(Row::text).toList();
  }
}
