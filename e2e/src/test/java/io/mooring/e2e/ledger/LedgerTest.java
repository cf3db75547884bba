package io.mooring.e2e.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.e2e.ledger.Violation.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The judge is judged: each kind of violation is found, and nothing else is one. */
@Tag("untimed")
class LedgerTest {
  private static final String ROOM = "demo.room";
  private static final Position EMPTY = new Position("e1", 0, 0);

  private long now;
  private Ledger ledger = new Ledger(false, () -> ++now);

  @Test
  void whatIsDeliveredOnceAndInOrderIsClean() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);

    for (int off = 1; off <= 3; off++) {
      Publication publication = published(off, "e1", off, 10 + off);
      reader.delivered(off, 10 + off, publication);
    }

    assertClean();
    assertEquals(3, ledger.verdict().deliveries());
  }

  @Test
  void aMessageThatWasNeverAnsweredMayArriveOrNot() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    Publication arrives = intended(1);
    intended(2);

    reader.delivered(1, 11, arrives);

    assertClean();
  }

  @Test
  void aRefusedMessageIsNobodysLoss() {
    ledger.reader("a", ROOM).began(EMPTY);
    intended(1);

    ledger.refused("unavailable");

    assertClean();
    assertEquals(Map.of("unavailable", 1), ledger.verdict().refused());
  }

  @Test
  void anAcknowledgedMessageThatDidNotArriveIsASilentLoss() {
    ledger.reader("a", ROOM).began(EMPTY);

    published(1, "e1", 1, 11);

    assertViolated(Kind.SILENT_LOSS);
  }

  @Test
  void anAcknowledgedMessageOfANewLogThatDidNotArriveIsASilentLoss() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    reader.delivered(1, 11, published(1, "e1", 1, 11));

    published(2, "e2", 1, 21);

    assertViolated(Kind.SILENT_LOSS);
  }

  @Test
  void aLossThatTheSubscriberIsToldOfIsCovered() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    published(1, "e1", 1, 11);
    published(2, "e1", 2, 12);

    reader.lost(new Position("e1", 2, 12), "log_unavailable");
    reader.delivered(3, 13, published(3, "e1", 3, 13));

    assertClean();
    assertEquals(2, ledger.verdict().toldAbout());
    assertEquals(Map.of("log_unavailable", 1), ledger.verdict().told());
  }

  @Test
  void aLossBeyondWhatTheSubscriberWasToldOfIsSilent() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    published(1, "e1", 1, 11);
    published(2, "e1", 2, 12);

    reader.lost(new Position("e1", 1, 11), "log_unavailable");

    assertViolated(Kind.SILENT_LOSS);
  }

  @Test
  void whatWasPublishedBeforeTheSubscriptionIsCovered() {
    published(1, "e1", 1, 11);

    ledger.reader("a", ROOM).began(new Position("e1", 1, 11));

    assertClean();
  }

  @Test
  void aNewLogThatTheSubscriberIsToldOfIsCovered() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    published(1, "e1", 1, 11);

    reader.lost(new Position("e2", 0, 0), "epoch_changed");
    reader.delivered(1, 21, published(2, "e2", 1, 21));

    assertClean();
  }

  @Test
  void aMessageThatNobodyIntendedIsAPhantom() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);

    reader.delivered(1, 11, new Publication(9, 9));

    assertViolated(Kind.PHANTOM);
  }

  @Test
  void aMessageOnAnotherChannelIsAPhantom() {
    Reader reader = ledger.reader("a", "demo.other");
    reader.began(EMPTY);

    reader.delivered(1, 11, intended(1));

    assertViolated(Kind.PHANTOM);
  }

  @Test
  void aMessageBeforeAnySubscriptionIsAPhantom() {
    ledger.reader("a", ROOM).delivered(1, 11, intended(1));

    assertViolated(Kind.PHANTOM);
  }

  @Test
  void aMessageThatArrivesAgainIsFound() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    Publication publication = published(1, "e1", 1, 11);
    reader.delivered(1, 11, publication);

    reader.delivered(1, 11, publication);

    assertViolated(Kind.TWICE);
  }

  @Test
  void aMessageThatTheLogHoldsTwiceIsFound() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    Publication publication = published(1, "e1", 1, 11);
    reader.delivered(1, 11, publication);

    reader.delivered(2, 12, publication);

    assertViolated(Kind.TWICE);
  }

  @Test
  void aMessageThatArrivesBeforeItsPredecessorIsFound() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);

    reader.delivered(2, 12, intended(2));

    assertViolated(Kind.HOLE);
  }

  @Test
  void oneOffsetWithTwoMessagesIsFound() {
    Reader first = ledger.reader("a", ROOM);
    first.began(EMPTY);
    Reader second = ledger.reader("b", ROOM);
    second.began(EMPTY);
    first.delivered(1, 11, intended(1));

    second.delivered(1, 12, intended(2));

    assertViolated(Kind.TWO_CONTENTS);
  }

  @Test
  void anAnswerThatContradictsADeliveryIsFound() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    reader.delivered(1, 11, intended(1));

    published(2, "e1", 1, 12);

    assertViolated(Kind.TWO_CONTENTS, Kind.SILENT_LOSS);
  }

  @Test
  void aRollbackThatIsToldOfIsClean() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();

    reader.lost(new Position("e1", 1, 11), "epoch_changed");
    reader.delivered(2, 22, published(3, "e1", 2, 22));

    assertClean();
  }

  @Test
  void aRollbackThatIsNotToldOfIsFound() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();
    published(3, "e1", 2, 22);

    reader.delivered(3, 23, published(4, "e1", 3, 23));

    assertViolated(Kind.UNTOLD_ROLLBACK, Kind.SILENT_LOSS);
  }

  @Test
  void aSubscriberWhoHadNothingOfWhatWasRolledBackGoesOn() {
    ledger = new Ledger(true, () -> ++now);
    Reader early = ledger.reader("b", ROOM);
    early.began(EMPTY);
    Publication first = published(1, "e1", 1, 11);
    early.delivered(1, 11, first);
    Reader reader = ledger.reader("a", ROOM);
    reader.began(new Position("e1", 1, 11));
    Publication second = intended(2);
    reader.delivered(2, 12, second);
    reader.lost(new Position("e1", 1, 11), "epoch_changed");

    Publication other = published(3, "e1", 2, 22);
    early.delivered(2, 22, other);
    reader.delivered(2, 22, other);

    assertClean();
  }

  @Test
  void aResumeFromElsewhereThatIsCalledCompleteIsUntrue() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    reader.delivered(1, 11, published(1, "e1", 1, 11));

    reader.recovered(new Position("e1", 3, 13), 3);

    assertViolated(Kind.UNTRUE_RESUME);
  }

  @Test
  void aResumeThatIsAnsweredByAnotherPositionIsUntrue() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);

    reader.resumed(EMPTY, new Position("e1", 1, 11));

    assertViolated(Kind.UNTRUE_RESUME);
  }

  @Test
  void aCompleteResumeGoesOnWhereItWas() {
    Reader reader = reading(1);
    published(2, "e1", 2, 12);

    resume(reader, new Position("e1", 1, 11), 2);
    reader.delivered(2, 12, new Publication(1, 2));
    reader.delivered(3, 13, published(3, "e1", 3, 13));

    assertClean();
    assertEquals(1, ledger.verdict().recovered());
    assertEquals(Set.of(), ledger.verdict().reasons());
  }

  @Test
  void aCompleteResumeThatLeavesOutAMessageIsFound() {
    Reader reader = reading(1);
    published(2, "e1", 2, 12);

    resume(reader, new Position("e1", 1, 11), 1);
    reader.delivered(3, 13, published(3, "e1", 3, 13));

    assertViolated(Kind.INCOMPLETE_RESUME);
  }

  @Test
  void aCompleteResumeAfterWhichNothingComesIsFound() {
    Reader reader = reading(1);
    published(2, "e1", 2, 12);

    resume(reader, new Position("e1", 1, 11), 1);

    assertViolated(Kind.INCOMPLETE_RESUME);
  }

  @Test
  void aReplayThatIsNotAllThatWasAnnouncedIsFound() {
    Reader reader = reading(1);

    resume(reader, new Position("e1", 1, 11), 3);
    reader.delivered(2, 12, intended(2));

    assertViolated(Kind.INCOMPLETE_RESUME);
  }

  @Test
  void aReplayThatTheConnectionsEndCutShortIsMadeUpByTheNextResume() {
    Reader reader = reading(1);
    published(2, "e1", 2, 12);
    published(3, "e1", 3, 13);

    resume(reader, new Position("e1", 1, 11), 3);
    reader.delivered(2, 12, new Publication(1, 2));
    reader.cut();
    resume(reader, new Position("e1", 2, 12), 3);
    reader.delivered(3, 13, new Publication(1, 3));

    assertClean();
    assertEquals(2, ledger.verdict().recovered());
  }

  @Test
  void aFailedResumeThatSaysWhyIsCovered() {
    Reader reader = reading(1);
    published(2, "e1", 2, 12);

    reader.resumeFailed("too_many");
    reader.lost(new Position("e1", 2, 12), "too_many");
    reader.delivered(3, 13, published(3, "e1", 3, 13));

    assertClean();
    assertEquals(Map.of("too_many", 1), ledger.verdict().resumes());
    assertEquals(Set.of("too_many"), ledger.verdict().reasons());
  }

  @Test
  void aResumeThatIsCalledCompleteOverARolledBackLogIsFound() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();
    published(3, "e1", 2, 22);

    resume(reader, new Position("e1", 2, 12), 2);
    reader.delivered(3, 23, published(4, "e1", 3, 23));

    assertEquals(Set.of(Kind.INCOMPLETE_RESUME), ledger.verdict().counts().keySet());
  }

  @Test
  void aResumeThatIsCalledCompleteOverARolledBackLogIsFoundWithoutAnotherMessage() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();
    published(3, "e1", 2, 22);

    resume(reader, new Position("e1", 2, 12), 2);

    assertViolated(Kind.INCOMPLETE_RESUME);
  }

  @Test
  void aMessageThatComesAfterOneThatFollowsItIsFound() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    reader.delivered(2, 12, intended(2));

    reader.delivered(1, 11, intended(1));

    assertViolated(Kind.HOLE, Kind.DISORDER);
  }

  @Test
  void anOlderPlaceInARolledBackLogIsFoundIfNobodyWasTold() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();

    reader.delivered(2, 22, published(3, "e1", 2, 22));

    assertViolated(Kind.UNTOLD_ROLLBACK);
  }

  @Test
  void aMessageThatComesAgainAfterALossIsFound() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();

    reader.lost(new Position("e2", 1, 11), "epoch_changed");
    reader.delivered(2, 12, new Publication(1, 2));

    assertViolated(Kind.TWICE);
  }

  @Test
  void aRolledBackLogKeepsItsMessagesUnderItsNewName() {
    ledger = new Ledger(true, () -> ++now);
    Reader reader = rolledBack();
    Reader late = ledger.reader("b", ROOM);
    late.began(new Position("e2", 1, 11));

    Publication after = published(3, "e1", 2, 22);
    reader.lost(new Position("e2", 2, 22), "epoch_changed");
    late.delivered(2, 22, after);

    assertClean();
  }

  @Test
  void onePlaceAndTagWithTwoMessagesIsFoundEvenIfTheLogIsRolledBack() {
    ledger = new Ledger(true, () -> ++now);
    Reader first = ledger.reader("a", ROOM);
    first.began(EMPTY);
    Reader second = ledger.reader("b", ROOM);
    second.began(EMPTY);
    first.delivered(1, 11, intended(1));

    second.delivered(1, 11, intended(2));

    assertViolated(Kind.TWO_CONTENTS);
  }

  @Test
  void aConnectionThatLeavesOutAMessageIsFound() {
    ledger.reader("a", ROOM).broken(EMPTY, 2);

    assertViolated(Kind.HOLE);
  }

  @Test
  void whatIsLeftOutForALaterOneOfItsKeyIsNoLossWhereThatWasSaid() {
    Reader reader = ledger.reader("a", ROOM);
    reader.conflated();
    reader.began(EMPTY);
    for (int i = 1; i <= 8; i++) {
      Publication publication = published(i, "e1", i, 10 + i);
      if (i == 2 || i > 4) {
        reader.delivered(i, 10 + i, publication);
      }
    }

    assertClean();
  }

  @Test
  void whatIsLeftOutForOneOfAnotherKeyIsASilentLossAllTheSame() {
    Reader reader = ledger.reader("a", ROOM);
    reader.conflated();
    reader.began(EMPTY);
    published(1, "e1", 1, 11);

    reader.delivered(2, 12, published(2, "e1", 2, 12));

    assertViolated(Kind.SILENT_LOSS);
  }

  @Test
  void nothingOfAReplayIsLeftOut() {
    Reader reader = reading(1);
    reader.conflated();
    for (int i = 2; i <= 6; i++) {
      published(i, "e1", i, 10 + i);
    }
    resume(reader, new Position("e1", 1, 11), 6);

    reader.delivered(6, 16, new Publication(1, 6));

    assertTrue(
        ledger.verdict().counts().containsKey(Kind.INCOMPLETE_RESUME), ledger.verdict()::figures);
  }

  @Test
  void whatHasBeenLeftOutDoesNotComeLater() {
    Reader reader = ledger.reader("a", ROOM);
    reader.conflated();
    reader.began(EMPTY);
    Publication first = published(1, "e1", 1, 11);
    reader.delivered(2, 12, published(2, "e1", 2, 12));

    reader.delivered(1, 11, first);

    assertViolated(Kind.DISORDER);
  }

  /** One who has the first messages, up to {@code off}. */
  private Reader reading(int off) {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    for (int i = 1; i <= off; i++) {
      reader.delivered(i, 10 + i, published(i, "e1", i, 10 + i));
    }
    return reader;
  }

  private static void resume(Reader reader, Position position, long owed) {
    reader.resumed(position, position);
    reader.recovered(position, owed);
  }

  /** Two messages were delivered; the log then goes back to the first. */
  private Reader rolledBack() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    reader.delivered(1, 11, published(1, "e1", 1, 11));
    reader.delivered(2, 12, published(2, "e1", 2, 12));
    return reader;
  }

  private Publication intended(int number) {
    Publication publication = new Publication(1, number);
    ledger.intended(publication, ROOM);
    return publication;
  }

  private Publication published(int number, String epoch, long off, long tag) {
    Publication publication = intended(number);
    ledger.acknowledged(publication, new Position(epoch, off, tag));
    return publication;
  }

  private void assertClean() {
    Verdict verdict = ledger.verdict();
    assertTrue(verdict.clean(), verdict.violations()::toString);
  }

  private void assertViolated(Kind... kinds) {
    assertEquals(List.of(kinds), List.copyOf(ledger.verdict().counts().keySet()));
  }
}
