package io.mooring.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  enum Mode {
    SLOW,
    FAST_LANE
  }

  record Http(HostPort address) {}

  record Limits(ByteSize frame, int perMessage) {
    Limits {
      if (perMessage < 1) {
        throw new IllegalArgumentException("per-message must be at least 1");
      }
    }
  }

  record Service(Secret registrationToken, List<String> networks) {}

  record Pace(Mode mode) {}

  @ConfigurationOf("sample")
  record Sample(
      String name,
      Duration ping,
      Http http,
      Limits limits,
      Mode mode,
      List<String> origins,
      URI api,
      Map<String, Service> services,
      Map<String, Pace> modes,
      Secret token) {}

  @TempDir Path folder;

  @Test
  void aVariableThatDiffersByASlipIsNamedWithTheOneThatWasMeant() {
    Map<String, String> environment =
        Map.of(
            "MOORING_HTP_ADDRESS", "127.0.0.1:1",
            "MOORING_TOKEN_FIEL", "token",
            "MOORING_NAME", "sample-2",
            "MOORING_XDS_ADDRESS", "another process's",
            "MORING_NAME", "nobody's");

    assertEquals(
        Map.of(
            "MOORING_HTP_ADDRESS", "MOORING_HTTP_ADDRESS",
            "MOORING_TOKEN_FIEL", "MOORING_TOKEN_FILE"),
        Configuration.misspelt(Sample.class, List.of(), environment));
  }

  @Test
  void defaultsApplyWhenNothingElseIsSaid() {
    Sample read = Configuration.read(Sample.class, List.of(), Map.of());

    assertEquals("sample-1", read.name());
    assertEquals(Duration.ofSeconds(25), read.ping());
    assertEquals(new HostPort("127.0.0.1", 7300), read.http().address());
    assertEquals(65536, read.limits().frame().bytes());
    assertEquals(Mode.FAST_LANE, read.mode());
  }

  @Test
  void aFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefaults() {
    List<String> file = List.of("--config", file("name: from-file\nping: 3s\nmode: slow\n"));

    Sample read =
        Configuration.read(
            Sample.class,
            List.of(file.get(0), file.get(1), "--ping=1s"),
            Map.of("MOORING_NAME", "from-environment", "MOORING_PING", "2s"));

    assertEquals("from-environment", read.name());
    assertEquals(Duration.ofSeconds(1), read.ping());
    assertEquals(Mode.SLOW, read.mode());
  }

  @Test
  void aSecretComesFromAFileAndIsNeverPrinted() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");

    Sample read =
        Configuration.read(
            Sample.class, List.of(), Map.of("MOORING_TOKEN_FILE", secret.toString()));

    assertEquals("s3cret", read.token().reveal());
    assertTrue(!read.toString().contains("s3cret"), read::toString);
  }

  @Test
  void namedMembersAreReadAsAMap() {
    Sample read =
        Configuration.read(
            Sample.class,
            List.of(
                "--config",
                file("services: {app: {registration-token: t, networks: [127.0.0.0/8]}}")),
            Map.of());

    Service app = java.util.Objects.requireNonNull(read.services().get("app"));
    assertEquals(List.of("127.0.0.0/8"), app.networks());
  }

  @Test
  void theEnvironmentReachesIntoAMemberThatTheFileHas() throws IOException {
    Path secret = Files.writeString(folder.resolve("registration"), "s3cret\n");

    Sample read =
        Configuration.read(
            Sample.class,
            List.of(
                "--config",
                file("services: {app: {networks: []}, my-app: {registration-token: t}}")),
            Map.of(
                "MOORING_SERVICES_APP_REGISTRATION_TOKEN_FILE",
                secret.toString(),
                "MOORING_SERVICES_MY_APP_NETWORKS",
                "10.0.0.0/8"));

    Service app = java.util.Objects.requireNonNull(read.services().get("app"));
    Service mine = java.util.Objects.requireNonNull(read.services().get("my-app"));
    assertEquals("s3cret", app.registrationToken().reveal());
    assertEquals("t", mine.registrationToken().reveal());
    assertEquals(List.of("10.0.0.0/8"), mine.networks());
  }

  @Test
  void aMemberGetsWhatItDoesNotSetFromTheMemberForAll() {
    Sample read =
        Configuration.read(
            Sample.class,
            List.of(
                "--config",
                file(
                    "services: {'*': {registration-token: t, networks: [10.0.0.0/8]}, app: {},"
                        + " other: {networks: []}}"),
                "--services.*.registration-token=all"),
            Map.of());

    Service app = java.util.Objects.requireNonNull(read.services().get("app"));
    Service other = java.util.Objects.requireNonNull(read.services().get("other"));
    assertEquals(java.util.Set.of("app", "other"), read.services().keySet());
    assertEquals("all", app.registrationToken().reveal());
    assertEquals(List.of("10.0.0.0/8"), app.networks());
    assertEquals(List.of(), other.networks());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "htpp: {address: 127.0.0.1:1}    | there is no key htpp; did you mean http?",
        "http: {adress: 127.0.0.1:1}     | there is no key http.adress; did you mean http.address?",
        "http: {port: 1}                 | there is no key http.port; known here: address",
        "http: 7                         | http: expected keys with values",
        "ping: 25                        | ping = \"25\" (from FILE): not a duration",
        "limits: {frame: 64k}            | limits.frame = \"64k\" (from FILE): not a size",
        "limits: {per-message: many}     | limits.per-message = \"many\" (from FILE): not a whole",
        "limits: {per-message: 0}        | limits: per-message must be at least 1",
        "http: {address: nowhere}        | http.address = \"nowhere\" (from FILE): not of the form",
        "api: \"http://u:p w@h\"          | api = \"http://***@h\" (from FILE): not a URI: Illegal",
        "mode: quick                     | mode = \"quick\" (from FILE): not one of slow, fast-lane",
        "services: {a: {netwoks: []}}    | no key services.a.netwoks; did you mean services.a.netw",
        "services: {a: {networks: []}}   | services.a.registration-token is not set",
        "services: {'*': {netwoks: []}}  | no key services.*.netwoks; did you mean services.*.netw",
        "services: {'*': 7}              | services.* = \"7\" (from FILE): expected keys with values",
        "services: {a: 7}                | services.a = \"7\" (from FILE): expected keys with values",
        "modes: {'*': {mode: x}}         | modes.*.mode = \"x\" (from FILE): not one of slow, fast",
        "modes: {'*': {mode: x}, a: {}}  | modes.*.mode = \"x\" (from FILE): not one of slow, fast",
        "modes: {a: {mode: x}}           | modes.a.mode = \"x\" (from FILE): not one of slow, fast",
        "services: {'*': {networks: {}}, a: {registration-token: t}} | services.*.networks = \"\" (",
        "name: [                         | is not YAML: line",
        "just text                       | holds a STRING, expected keys with values",
      })
  void aMistakeIsNamedWithItsKeyItsValueAndWhatWasExpected(String text, String complaint) {
    String file = file(text);

    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Configuration.read(Sample.class, List.of("--config", file), Map.of()));

    String expected = complaint.replace("FILE", file);
    assertTrue(String.valueOf(refused.getMessage()).contains(expected), refused::getMessage);
  }

  @Test
  void aMistakenFlagIsNamed() {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Configuration.read(Sample.class, List.of("--pnig=3s"), Map.of()));

    assertEquals("flag --pnig: there is no key pnig; did you mean ping?", refused.getMessage());
  }

  @Test
  void aMistypedConfigFlagIsTakenForNoKey() {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Configuration.read(Sample.class, List.of("--confg", "app.yaml"), Map.of()));

    assertEquals(
        "flag --confg: there is no key confg; did you mean --config FILE?", refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void whoeverAsksForHelpIsToldWhatCanBeSaid(String argument) {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Configuration.read(Sample.class, List.of(argument), Map.of()));

    assertEquals(
        "argument \"%s\": expected --config FILE or --key=value; deploy/config has every key"
            .formatted(argument),
        refused.getMessage());
  }

  @Test
  void aSecretThatCannotBeReadIsNotRepeated() {
    assertEquals("***", Secret.of("hidden").toString());
  }

  private String file(String text) {
    try {
      return Files.writeString(folder.resolve("sample.yaml"), text).toString();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }
}
