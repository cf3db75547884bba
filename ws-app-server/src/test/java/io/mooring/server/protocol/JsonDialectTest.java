package io.mooring.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Gap;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.presence.Page;
import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDialectTest {
  private static final Loops LOOPS = new Loops(1);

  private final JsonDialect dialect = new JsonDialect();

  @AfterAll
  static void end() {
    LOOPS.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud800", "a\\udc00b", "\\ud83d\\ud83d", "\\udc00\\ud800"})
  void halfACharacterIsNoText(String half) {
    assertInstanceOf(
        Operation.Invalid.class, one("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + half + "\"}"));
    assertInstanceOf(
        Operation.Invalid.class,
        one("{\"op\":\"pub\",\"id\":1,\"ch\":\"c\",\"data\":1,\"key\":\"" + half + "\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "-1.50e3",
        "0",
        "\"\"",
        "\"a\\n\\u00e9ü\"",
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "[1, [2 ,3] , {\"a\":\"]\"}]",
        "{\"op\" : \"x\",\"data\":{ } }",
        "123456789012345678901234567890"
      })
  void keepsDataAsItWasWrittenWhereverItStands(String data) {
    for (String message :
        List.of(
            "{\"op\":\"pub\",\"id\":1,\"ch\":\"c\",\"data\":" + data + "}",
            " {\"data\" :  " + data + " ,\"ch\":\"c\",\"id\":1,\"op\":\"pub\"}\n",
            "[{\"op\":\"pub\",\"data\":\t" + data + "\r\n,\"ch\":\"c\",\"id\":1}]")) {
      Operation.Publish publish = assertInstanceOf(Operation.Publish.class, one(message));

      assertEquals(data, new String(publish.data(), UTF_8), message);
    }
  }

  @Test
  void readsTheFieldsOfASubscription() {
    Operation.Subscribe subscribe =
        (Operation.Subscribe)
            one(
                "{\"op\":\"sub\",\"id\":9007199254740992,\"ch\":\"demo.a\",\"later\":[{\"x\":1}],"
                    + "\"pos\":{\"epoch\":\"k3\",\"off\":42,\"tag\":7,\"more\":0}}");

    assertEquals(
        new Operation.Subscribe(1L << 53, "demo.a", new Position("k3", 42, 7), false), subscribe);
  }

  @Test
  void readsANewTokenWithAndWithoutAnId() {
    for (String message :
        List.of(
            "{\"op\":\"auth\",\"token\":\"a.b.c\"}",
            "{\"id\":7,\"token\":\"a.b.c\",\"op\":\"auth\"}")) {
      Operation.Authenticate asked = assertInstanceOf(Operation.Authenticate.class, one(message));

      assertEquals("a.b.c", asked.token().reveal());
      assertEquals(message.contains("id") ? 7 : Operation.NO_ID, asked.id());
      assertFalse(asked.toString().contains("a.b.c"), asked.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'op':'auth','id':3}                 | auth: token is missing or wrong; expected a string",
        "{'op':'auth','id':3,'token':7}       | auth: token is missing or wrong; expected a string",
        "{'op':'auth','id':3,'token':'LONG'}  | auth: token is missing or wrong; expected at most",
      })
  void namesWhatIsWrongWithANewToken(String message, String problem) {
    String json = message.replace('\'', '"').replace("LONG", "x".repeat(8 * 1024 + 1));

    Operation.Invalid invalid = assertInstanceOf(Operation.Invalid.class, one(json));

    assertEquals(3, invalid.id());
    assertTrue(invalid.problem().startsWith(problem), invalid.problem());
  }

  @Test
  void saysWhatBecomesOfATokenAndOfASubscriptionThatItEnds() {
    assertEquals(
        "{\"op\":\"authed\",\"exp\":17}", json(dialect.authenticated(Operation.NO_ID, 17)));
    assertEquals("{\"op\":\"authed\",\"id\":3,\"exp\":17}", json(dialect.authenticated(3, 17)));
    assertEquals("{\"op\":\"auth_expiring\",\"exp\":17}", json(dialect.authenticationExpiring(17)));
    assertEquals(
        "{\"op\":\"unsubbed\",\"ch\":\"demo.a\",\"reason\":\"forbidden\"}",
        json(dialect.unsubscribed("demo.a", SubscribeFailure.FORBIDDEN)));
  }

  @Test
  void saysOfASubscriptionWhetherMessagesMayBeLeftOut() {
    Position at = new Position("e", 4, 7);

    for (boolean conflate : List.of(true, false)) {
      List<String> answers =
          List.of(
              json(dialect.subscribed(1, "demo.a", at, null, false, conflate, null)),
              json(dialect.subscribed(1, "demo.a", at, Gap.TRIMMED, true, conflate, null)),
              json(dialect.resumed(1, "demo.a", at, 3, conflate, null)));
      for (String answer : answers) {
        assertEquals(conflate, answer.endsWith(",\"conflate\":true}"), answer);
        assertEquals(conflate, answer.contains("conflate"), answer);
      }
    }
  }

  @Test
  void readsThatAClientWantsToKnowWhoIsThere() {
    assertEquals(
        new Operation.Subscribe(1, "a", null, true),
        one("{\"op\":\"sub\",\"id\":1,\"ch\":\"a\",\"presence\":true}"));
    assertEquals(
        new Operation.Members(2, "a", ""), one("{\"op\":\"presence\",\"id\":2,\"ch\":\"a\"}"));
    assertEquals(
        new Operation.Members(2, "a", "t/ann"),
        one("{\"op\":\"presence\",\"id\":2,\"ch\":\"a\",\"after\":\"t/ann\"}"));
    assertEquals(
        new Operation.Invalid(2, "sub: presence is missing or wrong; expected true or false"),
        one("{\"op\":\"sub\",\"id\":2,\"ch\":\"a\",\"presence\":1}"));
  }

  @Test
  void saysWhoIsThereAndWhoComesAndGoes() {
    SequencedMap<String, String> members = new LinkedHashMap<>();
    members.put("acme/ann", "{\"name\":\"Zoë\"}");
    members.put("bob", "");
    Page first = new Page(3, 7, members, Optional.of("bob"));
    String told =
        "\"count\":3,\"members\":[{\"user\":\"acme/ann\",\"info\":{\"name\":\"Zoë\"}},"
            + "{\"user\":\"bob\"}],\"digest\":7,\"next\":\"bob\"}";
    Position at = new Position("e", 4, 7);

    assertEquals(
        "{\"op\":\"presence\",\"id\":1,\"ch\":\"a\"," + told, json(dialect.members(1, "a", first)));
    for (String answer :
        List.of(
            json(dialect.subscribed(1, "a", at, null, false, true, first)),
            json(dialect.resumed(1, "a", at, 3, false, first)))) {
      assertTrue(answer.endsWith("," + told), answer);
    }
    assertEquals(
        "{\"op\":\"presence\",\"id\":1,\"ch\":\"a\",\"count\":0,\"members\":[]}",
        json(dialect.members(1, "a", new Page(0, 0, new LinkedHashMap<>(), Optional.empty()))));
    assertEquals(
        "{\"op\":\"join\",\"ch\":\"a\",\"user\":\"bob\",\"info\":{\"x\":[]}}",
        json(dialect.joined("a", "bob", "{\"x\":[]}")));
    assertEquals(
        "{\"op\":\"leave\",\"ch\":\"a\",\"user\":\"bob\"}", json(dialect.left("a", "bob", "")));
  }

  @Test
  void readsAnArrayInOrder() {
    List<Operation> operations =
        read(
            "[{\"op\":\"sub\",\"id\":1,\"ch\":\"a\"},{\"op\":\"pong\"},"
                + "{\"op\":\"unsub\",\"id\":2,\"ch\":\"a\"},{\"op\":\"dance\",\"id\":3}]");

    assertEquals(
        List.of(
            new Operation.Subscribe(1, "a", null, false),
            new Operation.Pong(),
            new Operation.Unsubscribe(2, "a", false),
            new Operation.Unknown(3, "dance")),
        operations);
    assertEquals(List.of(), read("[]"));
    assertEquals(
        new Operation.Unsubscribe(2, "a", true),
        one("{\"op\":\"unsub\",\"id\":2,\"ch\":\"a\",\"again\":true}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"op\":\"sub\",\"ch\":\"a\"}|-1|id",
        "{\"op\":\"sub\",\"id\":\"1\",\"ch\":\"a\"}|-1|id",
        "{\"op\":\"sub\",\"id\":-5,\"ch\":\"a\"}|-1|id",
        "{\"op\":\"sub\",\"id\":1.5,\"ch\":\"a\"}|-1|id",
        "{\"op\":\"sub\",\"id\":99999999999999999999999,\"ch\":\"a\"}|-1|id",
        "{\"op\":\"sub\",\"id\":1}|1|ch",
        "{\"op\":\"sub\",\"id\":1,\"ch\":[\"a\"]}|1|ch",
        "{\"op\":\"sub\",\"id\":1,\"ch\":\"a\",\"pos\":{\"off\":1}}|1|pos",
        "{\"op\":\"sub\",\"id\":1,\"ch\":\"a\",\"pos\":7}|1|pos",
        "{\"op\":\"pub\",\"id\":1,\"ch\":\"a\"}|1|data",
        "{\"op\":\"pub\",\"id\":1,\"ch\":\"a\",\"data\":1,\"key\":{}}|1|key",
        "{\"op\":\"pub\",\"id\":1,\"ch\":\"a\",\"data\":1,\"dedupe\":3}|1|dedupe",
        "{\"op\":\"unsub\",\"id\":1,\"ch\":null}|1|ch",
      })
  void namesTheFieldThatIsMissingOrWrong(String message, long id, String field) {
    Operation.Invalid invalid = assertInstanceOf(Operation.Invalid.class, one(message));

    assertEquals(id, invalid.id());
    assertTrue(invalid.problem().contains(field + " is missing or wrong"), invalid.problem());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "\"sub\"",
        "null",
        "{",
        "[{\"op\":\"pong\"}",
        "{\"op\":\"pong\"}}",
        "{\"op\":\"pong\"} {\"op\":\"pong\"}",
        "[1]",
        "[[{\"op\":\"pong\"}]]",
        "{}",
        "{\"op\":1}",
        "{\"op\":\"\"}",
        "{'op':'pong'}",
        "{\"op\":\"pong\",}",
        "{\"op\":\"pong\",\"x\":NaN}",
        "{\"op\":\"pong\",\"x\":\"\u0001\"}",
        "\u0000{\"op\":\"pong\"}"
      })
  void refusesWhatIsNoMessage(String message) {
    assertThrows(MalformedException.class, () -> read(message));
  }

  @Test
  void refusesNestingBeyondThirtyTwo() {
    String deepest = "{\"op\":\"x\",\"data\":" + "[".repeat(31) + "]".repeat(31) + "}";
    String deeper = "{\"op\":\"x\",\"data\":" + "[".repeat(32) + "]".repeat(32) + "}";

    assertInstanceOf(Operation.Unknown.class, one(deepest));
    assertThrows(MalformedException.class, () -> read(deeper));
  }

  @Test
  void writesAMessageWithItsDataUntouched() {
    Delivery delivery =
        new Delivery(
            new Position("k3", 42, 281474976710655L),
            5,
            "a \"key\"\n",
            "u17",
            "{\"x\": 1}".getBytes(UTF_8));

    String frame = new String(dialect.message("demo.room", delivery), UTF_8);

    assertEquals(
        "{\"op\":\"msg\",\"ch\":\"demo.room\",\"off\":42,\"tag\":281474976710655,"
            + "\"data\":{\"x\": 1},\"key\":\"a \\\"key\\\"\\n\",\"from\":\"u17\"}",
        frame.substring(frame.indexOf('{')));
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "300, 4", "70000, 10"})
  void putsTheShortestHeaderBeforeTheJson(int size, int header) {
    byte[] data = ("\"" + "x".repeat(size) + "\"").getBytes(UTF_8);

    byte[] frame = dialect.message("c", new Delivery(new Position("e", 1, 1), 0, "", "", data));

    assertEquals((byte) 0x81, frame[0]);
    assertEquals('{', frame[header]);
    assertEquals('}', frame[frame.length - 1]);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 10, 99, 100, 1L << 53, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void numbersAreWrittenAsTheyAre(long number) {
    assertEquals(
        "{\"op\":\"authed\",\"exp\":" + number + "}",
        json(dialect.authenticated(Operation.NO_ID, number)));
  }

  private static String json(byte[] frame) {
    String text = new String(frame, UTF_8);
    return text.substring(text.indexOf('{'));
  }

  private Operation one(String message) {
    List<Operation> operations = read(message);
    assertEquals(1, operations.size());
    return operations.getFirst();
  }

  private List<Operation> read(String message) {
    Loop loop = LOOPS.at(0);
    try {
      return loop.executor()
          .submit(() -> dialect.read(Unpooled.copiedBuffer(message, UTF_8), loop))
          .get(5, TimeUnit.SECONDS);
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof MalformedException malformed) {
        throw malformed;
      }
      throw new AssertionError(thrown);
    } catch (InterruptedException | java.util.concurrent.TimeoutException late) {
      throw new AssertionError(late);
    }
  }
}
