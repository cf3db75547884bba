package io.mooring.e2e.crowd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.e2e.ledger.Ledger;
import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Publication;
import io.mooring.e2e.ledger.Verdict;
import io.mooring.e2e.ledger.Violation.Kind;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client takes for the continuation of what it has. */
@Tag("untimed")
class ListeningTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROOM = "demo.room";

  private long now;
  private final Ledger ledger = new Ledger(true, () -> ++now);
  private final Listening listening = new Listening(ROOM, ledger.reader("a", ROOM));

  @AutoClose("shutdownNow")
  private final EventLoop loop = new DefaultEventLoop();

  private final Wire first = wire();
  private final Wire second = wire();

  @Test
  void aFirstSubscriptionClaimsNothing() throws Exception {
    assertEquals("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}", listening.request(first, 1));
  }

  @Test
  void aResumeClaimsThePlaceOfTheLastMessage() throws Exception {
    live(first, 0);
    bring(first, 1, 11);
    listening.gone(first);

    assertEquals(
        JSON.readTree("{\"epoch\":\"e1\",\"off\":1,\"tag\":11}"),
        JSON.readTree(listening.request(second, 1)).path("pos"));
  }

  @Test
  void aCompleteResumeGoesOn() throws Exception {
    live(first, 0);
    bring(first, 1, 11);
    listening.gone(first);

    listening.request(second, 1);
    assertFalse(listening.live());
    recovered(second, 1, 11, 1);
    bring(second, 2, 12);
    bring(second, 3, 13);

    assertTrue(listening.live());
    assertEquals(new Position("e1", 3, 13), listening.position());
    assertEquals(Map.of(Verdict.RECOVERED, 1), ledger.verdict().resumes());
    assertTrue(ledger.verdict().clean());
  }

  @Test
  void aFailedResumeIsALossThatWasTold() throws Exception {
    live(first, 0);
    bring(first, 1, 11);
    listening.gone(first);

    listening.request(second, 1);
    failed(second, "too_many", 5, 15);
    bring(second, 6, 16);

    assertEquals(Map.of("too_many", 1), ledger.verdict().resumes());
    assertEquals(Map.of("too_many", 1), ledger.verdict().told());
    assertTrue(ledger.verdict().clean());
  }

  @Test
  void aMessageBeforeTheAnswerIsFound() throws Exception {
    listening.request(first, 1);

    bring(first, 1, 11);

    assertViolated(Kind.PHANTOM);
  }

  @Test
  void aMoveGoesOnWhereTheOldWireWas() throws Exception {
    live(first, 0);
    bring(first, 1, 11);

    listening.request(second, 1);
    bring(first, 2, 12);
    recovered(second, 1, 11, 1);
    assertFalse(listening.joined(second), "it has not brought the second message yet");
    bring(second, 2, 12);
    assertTrue(listening.joined(second));
    bring(second, 3, 13);
    listening.switchTo(second);
    bring(second, 4, 14);

    assertEquals(new Position("e1", 4, 14), listening.position());
    assertEquals(4, ledger.verdict().deliveries());
    assertTrue(ledger.verdict().clean(), ledger.verdict().violations()::toString);
  }

  @Test
  void aMoveIsDoneOnceTheNewWireHasPassedThePlaceWhereItMayLeaveMessagesOut() throws Exception {
    listening.request(first, 1);
    conflated(first, 0, 0);
    bring(first, 1, 11);
    listening.request(second, 1);
    bring(first, 4, 14);

    conflated(second, 1, 11);
    bring(second, 3, 13);
    assertFalse(listening.joined(second), "what it has is older");
    bring(second, 5, 15);
    assertTrue(listening.joined(second));
    listening.switchTo(second);

    assertEquals(new Position("e1", 5, 15), listening.position());
    assertEquals(3, ledger.verdict().deliveries());
    assertTrue(ledger.verdict().clean(), ledger.verdict().violations()::toString);
  }

  @Test
  void anotherTagAtTheSamePlaceJoinsNothing() throws Exception {
    live(first, 0);
    bring(first, 1, 11);
    listening.request(second, 1);
    bring(first, 2, 12);

    recovered(second, 1, 11, 1);
    bring(second, 2, 22);

    assertFalse(listening.joined(second));
  }

  @Test
  void aMoveThatDidNotRecoverIsNoLossWhereTheOldWireBroughtTheRest() throws Exception {
    live(first, 0);
    listening.request(second, 1);
    failed(second, "log_unavailable", 1, 11);

    bring(first, 1, 11);
    assertTrue(listening.joined(second));
    listening.switchTo(second);
    bring(second, 2, 12);

    assertEquals(Map.of(), ledger.verdict().told());
    assertTrue(ledger.verdict().clean());
  }

  @Test
  void aNewWireThatLagsBringsNothingTwice() throws Exception {
    live(first, 0);
    listening.request(second, 1);
    bring(first, 1, 11);
    bring(first, 2, 12);
    recovered(second, 0, 0, 2);
    bring(second, 1, 11);

    listening.gone(first);
    bring(second, 2, 12);
    bring(second, 3, 13);

    assertEquals(3, ledger.verdict().deliveries());
    assertTrue(ledger.verdict().clean(), ledger.verdict().violations()::toString);
  }

  @Test
  void aHoleInWhatTheOldWireBroughtAsWellIsFound() throws Exception {
    live(first, 0);
    listening.request(second, 1);
    for (int off = 1; off <= 3; off++) {
      bring(first, off, 10 + off);
    }
    recovered(second, 0, 0, 3);

    bring(second, 1, 11);
    bring(second, 3, 13);

    assertViolated(Kind.HOLE);
  }

  private Wire wire() {
    return new Wire(
        loop,
        new Wire.Events() {
          @Override
          public void greeted(Wire wire, JsonNode hello) {}

          @Override
          public void message(Wire wire, JsonNode message) {}

          @Override
          public void ended(Wire wire, Ending ending) {}

          @Override
          public void mistaken(Throwable mistake) {}
        });
  }

  private void live(Wire wire, long off) throws JsonProcessingException {
    listening.request(wire, 1);
    listening.subbed(wire, json("'pos':%s,'recovered':false,'replayed':0", place(off, 10 * off)));
  }

  private void recovered(Wire wire, long off, long tag, int replayed)
      throws JsonProcessingException {
    listening.subbed(
        wire, json("'pos':%s,'recovered':true,'replayed':%d", place(off, tag), replayed));
  }

  private void conflated(Wire wire, long off, long tag) throws JsonProcessingException {
    listening.subbed(
        wire, json("'pos':%s,'recovered':true,'replayed':0,'conflate':true", place(off, tag)));
  }

  private void failed(Wire wire, String reason, long off, long tag) throws JsonProcessingException {
    listening.subbed(
        wire,
        json("'pos':%s,'recovered':false,'replayed':0,'reason':'%s'", place(off, tag), reason));
  }

  /** A message that is published as it is brought the first time. */
  private void bring(Wire wire, long off, long tag) throws JsonProcessingException {
    ledger.intended(new Publication(1, (int) tag), ROOM);
    listening.message(wire, json("'off':%d,'tag':%d,'data':{'p':1,'n':%d}", off, tag, tag));
  }

  private static String place(long off, long tag) {
    return "{'epoch':'e1','off':%d,'tag':%d}".formatted(off, tag);
  }

  private static JsonNode json(String fields, Object... values) throws JsonProcessingException {
    return JSON.readTree(("{" + fields.formatted(values) + "}").replace('\'', '"'));
  }

  private void assertViolated(Kind kind) {
    assertEquals(List.of(kind), List.copyOf(ledger.verdict().counts().keySet()));
  }
}
