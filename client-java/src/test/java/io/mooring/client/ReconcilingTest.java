package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a channel has lost is made up for by its snapshot. */
class ReconcilingTest {
  private static final String ROOM = "demo.a";
  private static final String LOST =
      "{'op':'lost','ch':'demo.a','reason':'trimmed','snapshot':true,'pos':{'epoch':'e','off':9,'tag':90}}";

  private final Harbour harbour = new Harbour();
  private final Quay quay = harbour.quay;
  private final HandTimers timers = harbour.timers;
  private final Logbook book = harbour.book;
  private final MooringClient client = harbour.client;

  @AfterEach
  void leave() {
    harbour.close();
  }

  private static String keyed(long off, String key, String data) {
    return "{'op':'msg','ch':'demo.a','off':%d,'tag':%d,'key':'%s','data':%s}"
        .formatted(off, off * 10, key, data);
  }

  private static String snapshot(long off, boolean complete, boolean full, String entries) {
    return "{'epoch':'e','off':%d,'tag':%d,'complete':%b,'full':%b,'entries':{%s}}"
        .formatted(off, off * 10, complete, full, entries);
  }

  private static String entry(String key, long off, String data) {
    return "'%s':{'off':%d,'data':%s}".formatted(key, off, data);
  }

  /** A client that was told of a=1 and b=2, and then of a loss. */
  private Berth lose() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);
    berth.send(keyed(1, "a", "1"));
    berth.send(keyed(2, "b", "2"));
    berth.send(LOST);
    await().until(() -> quay.asked().size() == 1);
    book.awaitLines("subscribed at e:0:0", "1 1", "2 2", "lost by trimmed, at e:9:90");
    book.lines().clear();
    return berth;
  }

  @Test
  void theSnapshotIsAskedForWhatChangedSinceTheApplicationsPosition() throws InterruptedException {
    lose();

    assertEquals(List.of("/api/v1/channels/demo.a/snapshot?since=e:2:20"), quay.asked());
  }

  @Test
  void onlyWhatDiffersIsToldAndMessagesFollowBehindIt() throws InterruptedException {
    Berth berth = lose();
    berth.send(keyed(10, "a", "10"));
    berth.send(keyed(11, "c", "11"));
    berth.send(Harbour.msg(ROOM, 12));
    berth.send(keyed(13, "a", "13"));
    berth.send("{'op':'ping'}");
    berth.awaitPong();

    quay.snapshot(
        200,
        snapshot(
            12,
            true,
            true,
            entry("a", 10, "10") + "," + entry("c", 11, "11") + "," + entry("d", 5, "5")));

    book.awaitLines("reconciled a=10 c=11 d=5 -b", "12 12", "13 13");
  }

  @Test
  void whatTheSnapshotHasContainedDoesNotComeAgain() throws InterruptedException {
    Berth berth = lose();

    quay.snapshot(200, snapshot(12, true, false, entry("a", 12, "12")));
    book.awaitLines("reconciled a=12");
    berth.send(keyed(10, "a", "10"));
    berth.send(Harbour.msg(ROOM, 11));
    berth.send(keyed(12, "a", "12"));
    berth.send(keyed(13, "a", "13"));

    book.awaitLines("reconciled a=12", "11 11", "13 13");
  }

  @Test
  void afterARollbackWithinOneEpochAllIsToldAnew() throws InterruptedException {
    Berth berth = lose();
    quay.snapshot(200, snapshot(9, true, false, ""));
    book.awaitLines("reconciled");
    berth.send(LOST.replace("trimmed", "epoch_changed").replace("'off':9", "'off':2"));
    await().until(() -> quay.asked().size() == 2);

    quay.snapshot(200, snapshot(2, true, true, entry("a", 1, "11") + "," + entry("b", 2, "22")));

    book.awaitLines("reconciled", "lost by epoch_changed, at e:2:90", "reconciled a=11 b=22");
  }

  @Test
  void anIncompleteSnapshotDeletesNothing() throws InterruptedException {
    lose();

    quay.snapshot(200, snapshot(9, false, true, entry("a", 1, "1")));

    book.awaitLines("reconciled");
  }

  @Test
  void whatChangedSinceNamesItsDeletedKeys() throws InterruptedException {
    lose();

    quay.snapshot(200, snapshot(9, true, false, entry("b", 8, "null")));

    book.awaitLines("reconciled -b");
  }

  @Test
  void aServerThatFailsIsAskedAgainAndMessagesGoOnMeanwhile() throws InterruptedException {
    Berth berth = lose();
    berth.send(keyed(10, "a", "10"));
    berth.send(keyed(11, "b", "null"));

    quay.snapshot(503, "");
    book.awaitLines("10 10", "11 null");
    quay.snapshot(200, snapshot(9, true, true, entry("a", 1, "1") + "," + entry("b", 2, "2")));
    timers.passUntil(() -> book.lines().size() == 3);

    book.awaitLines("10 10", "11 null", "reconciled");
  }

  @Test
  void aSnapshotFromBeforeTheLossIsNotTheOne() throws InterruptedException {
    lose();

    quay.snapshot(200, snapshot(8, true, true, ""));
    quay.snapshot(200, snapshot(9, true, true, entry("a", 1, "1") + "," + entry("b", 2, "2")));
    timers.passUntil(() -> !book.lines().isEmpty());

    book.awaitLines("reconciled");
    assertEquals(2, quay.asked().size());
  }

  @Test
  void aSnapshotThatIsForbiddenIsAnError() throws InterruptedException {
    Berth berth = lose();

    quay.snapshot(403, "");

    await().until(() -> book.errors().equals(List.of("snapshot_failed")));
    berth.send(Harbour.msg(ROOM, 10));
    book.awaitLines("10 10");
  }

  @Test
  void aRefusedTokenIsReplaced() throws InterruptedException {
    lose();
    int before = harbour.asked.get();

    quay.snapshot(401, "");
    quay.snapshot(200, snapshot(9, false, false, ""));
    timers.passUntil(() -> !book.lines().isEmpty());

    book.awaitLines("reconciled");
    assertEquals(before + 1, harbour.asked.get());
  }

  @Test
  void anotherLossMeanwhileIsMadeUpForByOneSnapshot() throws InterruptedException {
    Berth berth = lose();
    berth.send(Harbour.msg(ROOM, 10));
    berth.send(LOST.replace("'off':9,'tag':90", "'off':20,'tag':200"));
    await().until(() -> quay.asked().size() == 2);

    quay.snapshot(200, snapshot(25, true, false, entry("a", 15, "15")));
    quay.snapshot(200, snapshot(25, true, false, entry("a", 15, "15")));

    book.awaitLines("10 10", "lost by trimmed, at e:20:200", "reconciled a=15");
    assertEquals("/api/v1/channels/demo.a/snapshot?since=e:2:20", quay.asked().get(1));
  }

  @Test
  void whatAClosedClientHeldBackComesAgainWhenItConnects() throws InterruptedException {
    Berth berth = lose();
    berth.send(Harbour.msg(ROOM, 10));
    berth.send("{'op':'ping'}");
    berth.awaitPong();
    client.close();
    book.awaitState(State.CLOSED);

    Berth next = harbour.connect();
    JsonNode asked = next.receive("sub");
    assertEquals(9, asked.path("pos").path("off").asLong());
    next.send(Harbour.subbed(asked.path("id").asLong(), ROOM, 9, true, ""));
    next.send(Harbour.msg(ROOM, 10));
    await().until(() -> quay.asked().size() == 2);
    quay.snapshot(200, snapshot(9, true, false, ""));
    quay.snapshot(200, snapshot(9, true, false, ""));

    book.awaitLines("subscribed at e:9:90, recovered 0", "reconciled", "10 10");
  }

  @Test
  void whatWasHeardBeforeAClosedClientHeldBackDoesNotComeAgain() throws InterruptedException {
    Berth first = lose();
    first.send(Harbour.msg(ROOM, 10));
    quay.snapshot(503, "");
    book.awaitLines("10 10");
    client.close();
    book.awaitState(State.CLOSED);
    Berth second = harbour.connect();
    JsonNode asked = second.receive("sub");
    second.send(Harbour.subbed(asked.path("id").asLong(), ROOM, 10, true, ""));
    await().until(() -> quay.asked().size() == 2);
    second.send(Harbour.msg(ROOM, 11));
    second.send("{'op':'ping'}");
    second.awaitPong();

    client.close();
    book.awaitState(State.CLOSED);

    Berth third = harbour.connect();
    assertEquals(10, third.receive("sub").path("pos").path("off").asLong());
  }
}
