package io.mooring.registry;

import static io.mooring.registry.ServerState.ACTIVE;
import static io.mooring.registry.ServerState.DRAINING;
import static io.mooring.registry.ServerState.GONE;
import static io.mooring.registry.ServerState.WARMING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private final Memory memory = new Memory();

  @BeforeEach
  void threeServersAtRevision57() {
    memory.adopt(whole("life", 57, "t57", "", server("a", 5), server("b", 1), server("c", 2)));
  }

  @Test
  void aWholeReadOfTheSameHistoryIsTakenAsItIs() {
    memory.adopt(whole("life", 60, "t60", "t57", server("a", 5), server("d", 1)));

    assertView(60, "a5", "d1");
    assertTrue(memory.kept().isEmpty());
  }

  @Test
  void aWholeReadFromBeyondTheTrimmedStreamIsTakenAsItIs() {
    memory.adopt(trimmed("life", 9000, "t9000", 4904, server("a", 5)));

    assertView(9000, "a5");
  }

  @Test
  void aRolledBackRegistryThatWentOnAboveTheReaderIsAnotherHistory() {
    memory.adopt(trimmed("life", 1058, "t1058", 1, server("a", 5)));

    assertView(1058, "a5", "b1", "c2");
    assertEquals(Set.of("b", "c"), memory.kept());
    assertEquals(2, memory.history().number());
  }

  @Test
  void aStreamThatIsEmptyProvesNothing() {
    memory.adopt(trimmed("life", 1058, "t1058", 0, server("a", 5)));

    assertView(1058, "a5", "b1", "c2");
    assertEquals(Set.of("b", "c"), memory.kept());
  }

  @Test
  void aStreamThatSomebodyDeletedAfterARollbackWasNotTrimmed() {
    memory.adopt(whole(new Position("life", 1058, "t1058"), "", 1058, 1057, server("a", 5)));

    assertView(1058, "a5", "b1", "c2");
    assertEquals(Set.of("b", "c"), memory.kept());
  }

  @Test
  void anUnknownLifeNeverShrinksMemory() {
    memory.adopt(whole("other", 3, "x3", "", server("b", 1), server("d", 1)));

    assertView(57, "a5", "b1", "c2", "d1");
    assertEquals("other", memory.view().incarnation());
    assertEquals(Set.of("a", "c"), memory.kept());
  }

  @Test
  void anEmptyRedisNeverShrinksMemory() {
    memory.adopt(whole("", 0, "", ""));

    assertView(57, "a5", "b1", "c2");
    assertEquals(Set.of("a", "b", "c"), memory.kept());
  }

  @Test
  void aLowerRevisionOfTheSameLifeNeverShrinksMemory() {
    memory.adopt(whole("life", 50, "t50", "", server("a", 4)));

    assertView(57, "a5", "b1", "c2");
    assertEquals(Set.of("a", "b", "c"), memory.kept());
  }

  @Test
  void theSameRevisionWithAnotherTagIsAnotherHistory() {
    memory.adopt(whole("life", 57, "again", "", server("a", 5)));

    assertView(57, "a5", "b1", "c2");
    assertEquals(Set.of("b", "c"), memory.kept());
  }

  @Test
  void aHigherRevisionOfAnotherHistoryNeverShrinksMemory() {
    memory.adopt(whole("life", 59, "t59", "again", server("a", 5)));

    assertView(59, "a5", "b1", "c2");
    assertEquals(Set.of("b", "c"), memory.kept());
  }

  @Test
  void whatIsKeptOutlastsLaterReadsUntilTheRegistrySaysOtherwise() {
    memory.adopt(whole("other", 3, "x3", "", server("b", 1)));
    memory.adopt(whole("other", 5, "x5", "x3", server("b", 1)));
    assertView(57, "a5", "b1", "c2");

    assertTrue(memory.apply(gone("other", 6, "x6", "x5", "a")));
    assertTrue(memory.apply(change("other", 7, "x7", "x6", server("c", 2))));

    assertView(57, "b1", "c2");
    assertTrue(memory.kept().isEmpty());
  }

  @Test
  void whatWasNotRestoredIsGoneOnceAllElseWas() {
    memory.adopt(whole("other", 3, "x3", "", server("b", 1)));

    boolean applied =
        memory.apply(
            new Revision(
                4, Map.of("incarnation", "other", "tag", "x4", "previous", "x3", "restored", "1")));
    assertFalse(applied, "the whole is read after a restoration");
    memory.adopt(whole("other", 4, "x4", "x4", server("b", 1)));

    assertView(57, "b1");
    assertTrue(memory.kept().isEmpty());
  }

  @Test
  void aDrainIsNotThrownBackByTheSameInstanceInAnOlderRegistry() {
    Server draining = Registry.server("a", 5, DRAINING, 58);
    memory.apply(change("life", 58, "t58", "t57", draining));

    memory.adopt(whole("life", 50, "t50", "", Registry.server("a", 5, ACTIVE, 40)));
    assertEquals(draining, memory.view().server("a").orElseThrow());
    memory.apply(change("life", 51, "t51", "t50", Registry.server("a", 5, ACTIVE, 51)));
    assertEquals(draining, memory.view().server("a").orElseThrow());
    assertEquals(Set.of("a", "b", "c"), memory.kept());

    memory.apply(change("life", 1052, "t1052", "t51", draining));
    memory.adopt(whole("life", 1052, "t1052", "t51", draining));
    assertEquals(draining, memory.view().server("a").orElseThrow());
    assertEquals(Set.of("b", "c"), memory.kept());
  }

  @Test
  void aServerThatRegistersAtAnEmptiedRegistryDoesNotWarmAgain() {
    Server active = Registry.server("a", 6, ACTIVE, 58);
    memory.apply(change("life", 58, "t58", "t57", active));
    memory.adopt(whole("other", 0, "x0", ""));

    memory.apply(change("other", 1, "x1", "x0", Registry.server("a", 6, WARMING, 1)));
    assertEquals(active, memory.view().server("a").orElseThrow());

    Server newer = Registry.server("a", 7, WARMING, 2);
    memory.apply(change("other", 2, "x2", "x1", newer));
    assertEquals(newer, memory.view().server("a").orElseThrow());
  }

  @Test
  void thatAnOlderInstanceLeftSaysNothingOfTheOneThatIsKept() {
    memory.adopt(whole("other", 3, "x3", "", server("a", 4)));

    memory.apply(change("other", 4, "x4", "x3", Registry.server("a", 4, GONE)));
    assertView(57, "a5", "b1", "c2");

    memory.apply(gone("other", 5, "x5", "x4", "a"));
    assertView(57, "b1", "c2");
  }

  @Test
  void anotherHistoryIsCounted() {
    assertEquals(new History(1, "t57"), memory.history());

    memory.adopt(whole("life", 60, "t60", "t57", server("a", 5)));
    assertEquals(new History(1, "t60"), memory.history());

    memory.adopt(whole("life", 58, "t58", "", server("a", 5)));
    assertEquals(new History(2, "t58"), memory.history());
  }

  @Test
  void theGenerationOfAServerThatLeftIsRemembered() {
    assertEquals(5, memory.view().generation("a"));

    memory.apply(gone("life", 58, "t58", "t57", "a"));
    memory.adopt(whole("life", 60, "t60", "t58", server("b", 1)));

    assertEquals(5, memory.view().generation("a"));
    assertEquals(2, memory.view().generation("c"));
    assertEquals(0, memory.view().generation("x"));
  }

  @Test
  void theNextRevisionIsApplied() {
    assertTrue(memory.apply(change("life", 58, "t58", "t57", server("d", 1))));
    assertTrue(memory.apply(gone("life", 59, "t59", "t58", "b")));

    assertView(59, "a5", "c2", "d1");
  }

  @Test
  void aGapAnotherLifeAndAnotherTagAskForTheWhole() {
    assertFalse(memory.apply(change("life", 59, "t59", "t58", server("d", 1))));
    assertFalse(memory.apply(change("other", 58, "t58", "t57", server("d", 1))));
    assertFalse(memory.apply(change("life", 58, "t58", "again", server("d", 1))));

    assertView(57, "a5", "b1", "c2");
  }

  @Test
  void anUnreadableHashLeavesThatServerAsItWas() {
    Map<String, String> broken = new HashMap<>(ServerHash.of(server("a", 6)));
    broken.put("weight", "heavy");
    Map<String, Map<String, String>> hashes =
        Map.of("a", broken, "b", ServerHash.of(server("b", 2)), "new", Map.of("state", "ACTIVE"));

    memory.adopt(new Whole(new Position("life", 58, "t58"), "t57", 1, 0, 0, hashes));

    assertView(58, "a5", "b2");
  }

  @Test
  void aServerThatWarmsAgainIsTakenFromTheStream() {
    Server warming = Registry.server("a", 6, WARMING);

    memory.apply(change("life", 58, "t58", "t57", warming));

    assertEquals(warming, memory.view().server("a").orElseThrow());
  }

  @Test
  void whoLaggedThroughAWholeRestorationKeepsNothingThatLeftMeanwhile() {
    memory.adopt(restored("other", 1060, 1059, server("a", 5), server("b", 2)));

    assertView(1060, "a5", "b2");
    assertTrue(memory.kept().isEmpty());
  }

  @Test
  void whatWasKeptIsGoneWithAWholeThatWasRestoredSince() {
    memory.adopt(whole("other", 3, "x3", "", server("b", 1)));

    memory.adopt(restored("other", 1060, 1059, server("b", 1)));

    assertView(1060, "b1");
    assertTrue(memory.kept().isEmpty());
  }

  @Test
  void aRestorationThatWasBeforeTheReadersTimeSaysNothingOfLaterServers() {
    memory.adopt(restored("life", 50, 40, server("a", 5)));
    memory.adopt(whole("life", 10, "t10", "", server("a", 5)));
    memory.adopt(restored("life", 50, 40, server("a", 5)));

    assertView(57, "a5", "b1", "c2");
    assertEquals(Set.of("b", "c"), memory.kept());
  }

  @Test
  void aRestorationInTheFutureIsTheWorkOfSomeOtherHand() {
    memory.adopt(restored("other", 60, 99_999, server("a", 5)));

    assertView(60, "a5", "b1", "c2");
  }

  private void assertView(long revision, String... servers) {
    assertEquals(revision, memory.view().revision());
    assertEquals(
        Set.of(servers),
        memory.view().servers().stream()
            .map(server -> server.id() + server.generation())
            .collect(Collectors.toSet()));
  }

  private static Server server(String id, long generation) {
    return Registry.server(id, generation, ACTIVE);
  }

  /** Of a stream that was never trimmed. */
  private static Whole whole(
      String incarnation, long revision, String tag, String past, Server... servers) {
    return whole(new Position(incarnation, revision, tag), past, 1, 0, servers);
  }

  /** Of a stream that does not hold the reader's revision. */
  private static Whole trimmed(
      String incarnation, long revision, String tag, long oldest, Server... servers) {
    return whole(new Position(incarnation, revision, tag), "", oldest, 0, servers);
  }

  /**
   * Of a registry that was restored at one of its revisions, as one of another history reads it.
   */
  private static Whole restored(
      String incarnation, long revision, long restored, Server... servers) {
    Whole whole = whole(incarnation, revision, "r" + revision, "", servers);
    return new Whole(whole.position(), "", 1, 0, restored, whole.hashes());
  }

  private static Whole whole(
      Position position, String past, long oldest, long raised, Server... servers) {
    return new Whole(
        position,
        past,
        oldest,
        raised,
        0,
        Stream.of(servers).collect(Collectors.toMap(Server::id, ServerHash::of)));
  }

  private static Revision change(
      String incarnation, long number, String tag, String previous, Server server) {
    Map<String, String> fields = new HashMap<>(ServerHash.of(server));
    fields.putAll(
        Map.of("incarnation", incarnation, "tag", tag, "previous", previous, "id", server.id()));
    return new Revision(number, fields);
  }

  private static Revision gone(
      String incarnation, long number, String tag, String previous, String id) {
    return change(incarnation, number, tag, previous, Registry.server(id, 9, GONE));
  }
}
