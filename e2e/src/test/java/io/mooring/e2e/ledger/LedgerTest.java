package io.mooring.e2e.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.e2e.ledger.Violation.Kind;
import java.util.List;
import java.util.Map;
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

    reader.recovered(new Position("e1", 3, 13));

    assertViolated(Kind.UNTRUE_RESUME);
  }

  @Test
  void aCompleteResumeGoesOnWhereItWas() {
    Reader reader = ledger.reader("a", ROOM);
    reader.began(EMPTY);
    reader.delivered(1, 11, published(1, "e1", 1, 11));

    reader.recovered(new Position("e1", 1, 11));
    reader.delivered(2, 12, published(2, "e1", 2, 12));

    assertClean();
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
