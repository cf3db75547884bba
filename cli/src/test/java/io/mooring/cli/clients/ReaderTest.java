package io.mooring.cli.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.NullNode;
import io.mooring.client.Lost;
import io.mooring.client.Message;
import io.mooring.client.Position;
import io.mooring.client.Subscribed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReaderTest {
  private final Tally tally = new Tally();
  private final List<String> troubles = new ArrayList<>();
  private final Reader reader = new Reader(tally, troubles::add);

  private static Position at(String epoch, long off) {
    return new Position(epoch, off, 1_000 + off);
  }

  private void hears(String epoch, long... offsets) {
    for (long off : offsets) {
      reader.message(
          new Message(
              "demo.c", at(epoch, off), NullNode.instance, Optional.empty(), Optional.empty()));
    }
  }

  private void assertCounted(long received, long lost, long doubled) {
    assertEquals(
        List.of(received, lost, doubled),
        List.of(tally.received.sum(), tally.lost.sum(), tally.doubled.sum()));
  }

  @Test
  void whatFollowsTheBeginningIsWhole() {
    reader.subscribed(new Subscribed(at("a", 7), false, 0));

    hears("a", 8, 9, 10);

    assertCounted(3, 0, 0);
  }

  @Test
  void aMessageThatIsMissingFromTheBeginningIsLost() {
    reader.subscribed(new Subscribed(at("a", 7), false, 0));

    hears("a", 9);

    assertCounted(1, 1, 0);
  }

  @Test
  void aResumeChangesNothingAndItsReplayIsCounted() {
    reader.subscribed(new Subscribed(at("a", 0), false, 0));
    hears("a", 1);

    reader.subscribed(new Subscribed(at("a", 1), true, 2));
    hears("a", 2, 3);

    assertCounted(3, 0, 0);
    assertEquals(2, tally.replayed.sum());
  }

  @Test
  void aGapThatNobodyTellsIsLost() {
    hears("a", 1, 2, 6);

    assertCounted(3, 3, 0);
  }

  @Test
  void aMessageThatComesAgainIsDoubled() {
    hears("a", 1, 2, 2, 1, 3);

    assertCounted(5, 0, 2);
  }

  @Test
  void aLossThatIsToldCountsWhatIsMissing() {
    hears("a", 1);

    reader.lost(new Lost("trimmed", at("a", 5), false));
    hears("a", 6);

    assertCounted(2, 4, 0);
  }

  @Test
  void anotherLifeOfTheLogCountsOnceWhetherItIsToldOrNot() {
    hears("a", 5);

    reader.lost(new Lost("epoch_changed", at("b", 2), false));
    hears("b", 3);
    assertCounted(2, 1, 0);
    hears("c", 1);
    assertCounted(3, 2, 0);
  }

  @Test
  void theEndOfASubscriptionIsATrouble() {
    reader.failed("forbidden");

    assertEquals(List.of("a subscription was refused: forbidden"), troubles);
  }
}
