package io.mooring.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.token.ApiKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path state;

  @Test
  void aNewTokenIsPrintedAloneAndAccepted() {
    Printed printed = token("new", "--sub", "u17", "--tenant", "t1", "--ttl", "10m");

    assertEquals("", printed.err());
    Printed check = token("check", printed.out());
    assertEquals(0, check.code());
    assertTrue(check.out().startsWith("✔ accepted: sub u17, role client, expires in 9 m"));
    assertTrue(check.out().contains("tenant t1"));
  }

  @Test
  void aTokenMaySayWhatOthersSeeOfItsUser() {
    String token = token("new", "--info", "{\"name\": \"Ann\"}").out();

    assertTrue(token("check", token).out().contains("info {\"name\":\"Ann\"}"));
    Printed refused = token("new", "--info", "Ann");
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("info: not JSON"), refused.err());
  }

  @Test
  void channelsAreForBothWaysUnlessTheySaySo() throws IOException {
    String token =
        token("new", "--channels", "demo.*,sub:user.$sub,pub:audit", "--role", "publisher").out();

    JsonNode check = JSON.readTree(token("check", token, "-o", "json").out());

    assertTrue(check.path("accepted").asBoolean());
    assertEquals("publisher", check.path("role").asText());
    assertEquals("[\"demo.*\",\"user.$sub\"]", check.path("channels").path("sub").toString());
    assertEquals("[\"demo.*\",\"audit\"]", check.path("channels").path("pub").toString());
  }

  @Test
  void theHelpSaysWhatATokenMayDoIfNothingIsSaid() {
    String help = Printed.by("token", "new", "--help").out().replaceAll("\\s+", " ");

    assertTrue(help.contains("or with sub: or pub: before it for one. Default: demo.*."), help);
  }

  @Test
  void anApiKeyIsTakenByTheFileThatGetsItsLine() throws IOException {
    JsonNode made =
        JSON.readTree(token("key", "press", "--channels", "pub:news.*", "-o", "json").out());
    Path file = Files.writeString(state.resolve("api.keys"), made.path("line").asText());

    ApiKeys.Holder holder = ApiKeys.read(file).holder(made.path("key").asText()).orElseThrow();

    assertEquals("press", holder.name());
    assertEquals(List.of("news.*"), holder.channels().pub());
    assertEquals(List.of(), holder.channels().sub());
    assertEquals(2, token("key", "pr.ess").code());
  }

  @Test
  void theAnswerForProgramsHasTheTokenAndItsEnd() throws IOException {
    JsonNode answer = JSON.readTree(token("new", "-o", "json", "--ttl", "2h").out());

    assertEquals(3, answer.path("token").asText().split("\\.").length);
    assertEquals("dev", answer.path("sub").asText());
    long life = answer.path("exp").asLong() - Instant.now().getEpochSecond();
    assertTrue(Math.abs(life - 7200) < 60, () -> "lives " + life + " s");
  }

  @Test
  void anExpiredTokenIsRefusedAtThatStepAfterTheOthers() throws IOException {
    String token = token("new", "--ttl=-5m").out();

    Printed check = token("check", token);

    assertEquals(1, check.code());
    assertTrue(check.out().contains("✔ signature"), check::out);
    assertTrue(check.out().contains("✘ expired: exp was"), check::out);
    JsonNode json = JSON.readTree(token("check", token, "-o", "json").out());
    assertEquals("expired", json.path("step").asText());
  }

  @Test
  void aTokenOfAnotherTierIsRefusedByItsKey(@TempDir Path other) {
    String foreign = Printed.by("token", "new", "--state-dir", other.toString()).out();
    token("new");

    Printed check = token("check", foreign);

    assertEquals(1, check.code());
    assertTrue(check.out().contains("✘ key: kid"), check::out);
  }

  @Test
  void aForgedTokenIsRefusedByItsSignatureAndNotShown() {
    String token = token("new").out();
    String forged = token.substring(0, token.lastIndexOf('.') + 1) + "AAAA";

    Printed check = token("check", forged);

    assertEquals(1, check.code());
    assertTrue(check.out().contains("✘ signature"), check::out);
    assertTrue(!check.out().contains(forged));
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--role     | boss | role is \"boss\"",
        "--ttl      | 3    | --ttl 3: expected a number with s, m, h or d",
        "--sub      | a b  | sub",
        "--channels | a*b  | channels.sub has",
      })
  void aValueThatNoVerifierWouldTakeIsAUsageError(String option, String value, String message) {
    Printed printed = token("new", option, value);

    assertEquals(2, printed.code());
    assertTrue(printed.err().contains(message), printed::err);
    assertTrue(printed.err().contains("next: ./mooring token new --help"), printed::err);
    assertEquals("", printed.out());
  }

  @Test
  void theKeysAreMadeOnceAndAreTheOwnersAlone() throws IOException {
    token("new");
    String master = Files.readString(state.resolve("keys/master.key"));

    token("new");

    assertEquals(master, Files.readString(state.resolve("keys/master.key")));
    for (String secret : new String[] {"master.key", "issuer.jwk", "edge.key", "ticket.key"}) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(state.resolve("keys").resolve(secret))),
          secret);
    }
  }

  private Printed token(String verb, String... arguments) {
    String[] all = new String[arguments.length + 4];
    all[0] = "token";
    all[1] = verb;
    all[2] = "--state-dir";
    all[3] = state.toString();
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    return Printed.by(all);
  }
}
