package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeysTest {
  private final Keys keys = new Keys();

  @Test
  void whatTheApplicationWasToldIsNotToldAgain() throws JsonProcessingException {
    told("a", 1, 10);
    told("b", 2, 20);

    Reconciled reconciled = keys.reconcile(snapshot(5, true, true, "'a':[1,10],'b':[4,21]"));

    assertEquals(List.of(entry("b", 21, 4)), reconciled.changed());
    assertEquals(List.of(), reconciled.deleted());
  }

  @Test
  void aKeyThatACompleteSnapshotLacksIsGone() throws JsonProcessingException {
    told("a", 1, 10);
    told("b", 2, 20);

    assertEquals(List.of("a"), keys.reconcile(snapshot(5, true, true, "'b':[2,20]")).deleted());
    assertEquals(
        List.of(), keys.reconcile(snapshot(5, true, true, "'b':[2,20]")).deleted(), "once");
  }

  @Test
  void aKeyThatAnIncompleteSnapshotLacksStays() throws JsonProcessingException {
    told("a", 1, 10);

    assertEquals(List.of(), keys.reconcile(snapshot(5, false, true, "")).deleted());
    assertEquals(List.of("a"), keys.reconcile(snapshot(6, true, true, "")).deleted());
  }

  @Test
  void ofWhatChangedSinceOnlyTheNamedKeysAreGone() throws JsonProcessingException {
    told("a", 1, 10);
    told("b", 2, 20);

    Reconciled reconciled = keys.reconcile(snapshot(5, true, false, "'b':[5,null],'c':[4,null]"));

    assertEquals(List.of("b"), reconciled.deleted(), "c was never told of");
    assertEquals(List.of(), reconciled.changed());
  }

  @Test
  void anotherEpochTellsEverythingAnew() throws JsonProcessingException {
    told("a", 7, 10);

    Reconciled reconciled =
        keys.reconcile(new Snapshot(new Position("f", 9, 1), false, true, entries("'a':[3,10]")));

    assertEquals(List.of(entry("a", 10, 3)), reconciled.changed());
  }

  @Test
  void afterARollbackTheSameOffsetTellsAnewInTheSameEpochToo() throws JsonProcessingException {
    told("a", 1, 10);
    told("b", 2, 20);
    keys.distrust();

    Reconciled reconciled = keys.reconcile(snapshot(2, true, true, "'a':[1,11]"));

    assertEquals(List.of(entry("a", 11, 1)), reconciled.changed());
    assertEquals(List.of("b"), reconciled.deleted());
  }

  @Test
  void aMessageThatIsNewerThanTheSnapshotHolds() throws JsonProcessingException {
    keys.told(message("a", 8, IntNode.valueOf(11)), true);
    keys.told(message("b", 9, NullNode.instance), true);
    keys.told(message("c", 10, IntNode.valueOf(30)), true);

    Reconciled reconciled = keys.reconcile(snapshot(7, true, true, "'a':[6,10],'b':[5,20]"));

    assertEquals(List.of(), reconciled.changed());
    assertEquals(List.of(), reconciled.deleted());
  }

  @Test
  void aKeyThatWasDeletedIsNotDeletedOnceMore() throws JsonProcessingException {
    told("a", 1, 10);
    keys.told(message("a", 2, NullNode.instance), false);

    assertEquals(List.of(), keys.reconcile(snapshot(5, true, true, "")).deleted());
  }

  @Test
  void noMoreKeysAreRememberedThanAServerKeeps() throws JsonProcessingException {
    for (int i = 0; i <= Keys.MOST; i++) {
      told("k" + i, i + 1, i);
    }

    List<String> deleted = keys.reconcile(snapshot(Keys.MOST + 1, true, true, "")).deleted();

    assertEquals(Keys.MOST, deleted.size());
    assertEquals("k1", deleted.getFirst());
  }

  private void told(String key, long off, int data) {
    keys.told(message(key, off, IntNode.valueOf(data)), false);
  }

  private static Message message(String key, long off, JsonNode data) {
    return new Message(
        "demo.room", new Position("e", off, off), data, Optional.of(key), Optional.empty());
  }

  private static Snapshot snapshot(long off, boolean complete, boolean full, String entries)
      throws JsonProcessingException {
    return new Snapshot(new Position("e", off, off), complete, full, entries(entries));
  }

  /** Entries written as {@code 'key':[off,data]}. */
  private static Map<String, Snapshot.Entry> entries(String text) throws JsonProcessingException {
    Map<String, Snapshot.Entry> entries = new LinkedHashMap<>();
    for (var entry : Frames.read("{" + text.replace('\'', '"') + "}").properties()) {
      entries.put(
          entry.getKey(),
          new Snapshot.Entry(entry.getValue().get(0).asLong(), entry.getValue().get(1)));
    }
    return entries;
  }

  private static Reconciled.Entry entry(String key, int data, long off) {
    return new Reconciled.Entry(key, IntNode.valueOf(data), off);
  }
}
