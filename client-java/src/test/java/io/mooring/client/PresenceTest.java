package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is in a channel, over sockets that come and go. */
class PresenceTest {
  private static final String ROOM = "demo.a";

  private final Harbour harbour = new Harbour();
  private final Logbook book = harbour.book;

  @AfterEach
  void leave() {
    harbour.close();
  }

  @Test
  void whoIsThereIsToldOnceAndThenWhoJoinsAndLeaves() throws InterruptedException {
    Berth berth = harbour.connect();
    subscribe();
    JsonNode asked = answer(berth, 0, false, "'members':[{'user':'bob','info':{'n':1}}]");
    berth.send("{'op':'join','ch':'demo.a','user':'ann'}");
    berth.send("{'op':'join','ch':'demo.a','user':'ann'}");
    berth.send("{'op':'leave','ch':'demo.a','user':'eve'}");
    berth.send("{'op':'leave','ch':'demo.a','user':'bob','info':{'n':1}}");

    book.awaitLines(
        "subscribed at e:0:0", "members bob {\"n\":1}", "joined ann", "left bob {\"n\":1}");
    assertTrue(asked.path("presence").asBoolean());
  }

  @Test
  void aLargeRoomIsReadPageByPageBeforeItIsTold() throws InterruptedException {
    Berth berth = harbour.connect();
    subscribe();
    answer(berth, 0, false, "'members':[{'user':'ann'}],'next':'ann'");
    JsonNode second = berth.receive("presence");
    berth.send("{'op':'leave','ch':'demo.a','user':'ann'}");
    page(berth, second, "'members':[{'user':'bob'}],'next':'bob'");
    JsonNode third = berth.receive("presence");
    page(berth, third, "'members':[{'user':'eve'}]");

    book.awaitLines("subscribed at e:0:0", "members bob eve");
    assertEquals("ann", second.path("after").asText());
    assertEquals("bob", third.path("after").asText());
  }

  @Test
  void afterAReconnectOnlyWhatHasChangedIsTold() throws InterruptedException {
    Berth first = harbour.connect();
    subscribe();
    answer(first, 0, false, "'members':[{'user':'ann'},{'user':'bob'}]");
    book.awaitLines("subscribed at e:0:0", "members ann bob");
    first.drop();
    harbour.timers.passUntil(harbour.quay::hasBerth);

    Berth second = harbour.quay.greet();
    answer(second, 0, true, "'members':[{'user':'bob'}],'next':'bob'");
    page(second, second.receive("presence"), "'members':[{'user':'eve'}]");

    book.awaitLines(
        "subscribed at e:0:0",
        "members ann bob",
        "subscribed at e:0:0, recovered 0",
        "joined eve",
        "left ann");
  }

  @Test
  void aLargeRoomThatHasNotChangedIsNotReadAgain() throws InterruptedException {
    Berth first = harbour.connect();
    subscribe();
    long digest = Digest.of(List.of("ann", "bob", "eve"));
    String half = "'members':[{'user':'ann'},{'user':'bob'}],'digest':%d,'next':'bob'";
    answer(first, 0, false, 3, half.formatted(digest));
    page(first, first.receive("presence"), "'members':[{'user':'eve'}]");
    book.awaitLines("subscribed at e:0:0", "members ann bob eve");
    first.drop();
    harbour.timers.passUntil(harbour.quay::hasBerth);

    Berth second = harbour.quay.greet();
    answer(second, 0, true, 3, half.formatted(digest));
    second.send("{'op':'leave','ch':'demo.a','user':'bob'}");

    book.awaitLines(
        "subscribed at e:0:0",
        "members ann bob eve",
        "subscribed at e:0:0, recovered 0",
        "left bob");
    assertTrue(second.isQuiet());
  }

  @Test
  void aLargeRoomWithAsManyOthersIsReadAgain() throws InterruptedException {
    Berth first = harbour.connect();
    subscribe();
    answer(first, 0, false, "'members':[{'user':'ann'},{'user':'bob'}]");
    book.awaitLines("subscribed at e:0:0", "members ann bob");
    first.drop();
    harbour.timers.passUntil(harbour.quay::hasBerth);

    Berth second = harbour.quay.greet();
    long digest = Digest.of(List.of("ann", "eve"));
    answer(
        second, 0, true, "'members':[{'user':'ann'}],'digest':%d,'next':'ann'".formatted(digest));
    page(second, second.receive("presence"), "'members':[{'user':'eve'}]");

    book.awaitLines(
        "subscribed at e:0:0",
        "members ann bob",
        "subscribed at e:0:0, recovered 0",
        "joined eve",
        "left bob");
  }

  @Test
  void theDigestOfASetOfUsersIsThatOfTheProtocol() {
    assertEquals(0, Digest.of(List.of()));
    assertEquals(2_778_018_533L, Digest.of(List.of("ann")));
    assertEquals(4_259_666_680L, Digest.of(List.of("acme/bob", "ann")));
    assertEquals(4_259_666_680L, Digest.of(List.of("ann", "acme/bob")));
  }

  @Test
  void healingAHoleIsNotLeaving() throws InterruptedException {
    Berth berth = harbour.connect();
    Subscription room = subscribe();
    answer(berth, 0, false, "'members':[]");
    berth.send("{'op':'msg','ch':'demo.a','off':2,'tag':20,'data':2}");

    JsonNode healing = berth.receive("unsub");
    harbour.timers.passUntil(() -> !berth.isQuiet());
    answer(berth, 0, true, "'members':[]");
    room.unsubscribe();
    JsonNode leaving = berth.receive("unsub");

    assertTrue(healing.path("again").asBoolean());
    assertFalse(leaving.has("again"));
  }

  private Subscription subscribe() {
    return harbour.client.subscribe(ROOM, book, SubscribeOptions.DEFAULTS.withPresence());
  }

  private static JsonNode answer(Berth berth, long off, boolean recovered, String members)
      throws InterruptedException {
    return answer(berth, off, recovered, 2, members);
  }

  private static JsonNode answer(
      Berth berth, long off, boolean recovered, int count, String members)
      throws InterruptedException {
    JsonNode asked = berth.receive("sub");
    berth.send(
        Harbour.subbed(
            asked.path("id").asLong(), ROOM, off, recovered, ",'count':" + count + "," + members));
    return asked;
  }

  private static void page(Berth berth, JsonNode asked, String members) {
    berth.send(
        "{'op':'presence','id':%d,'ch':'demo.a','count':2,%s}"
            .formatted(asked.path("id").asLong(), members));
  }
}
