package io.mooring.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Shape;
import io.mooring.programs.Valkey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksTest {
  private static final Instant NOW = Instant.parse("2026-08-01T00:00:00Z");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "1.40.0, true",
    "1.41.2, true",
    "2.0.0, true",
    "1.38.4, true",
    "1.38.3, false",
    "1.39.9, false",
    "1.37.9, false",
    "abc, false"
  })
  void anEnvoyWithoutTheFixesIsNotSafe(String version, boolean safe) {
    assertEquals(safe, ProgramCheck.isSafeEnvoy(version));
  }

  @Test
  void freshKeysAreFine() {
    DevelopmentKeys keys = keys(NOW);

    assertEquals(List.of(), notOk(KeyCheck.findings(keys, NOW, true, state())));
  }

  @Test
  void anExpiredCertificateFailsAndTheNextStartReplacesItUnderTheSameCa() throws IOException {
    DevelopmentKeys keys = keys(NOW);
    String ca = Files.readString(keys.ca());
    Instant later = NOW.plus(Duration.ofDays(500));

    List<Finding> findings = notOk(KeyCheck.findings(keys, later, true, state()));

    assertEquals(1, findings.size());
    assertEquals(Finding.Level.FAILED, findings.getFirst().level());
    assertTrue(findings.getFirst().what().startsWith("the edge certificate expired at 2027-"));
    keys.ensure(InstantSource.fixed(later));
    assertEquals(List.of(), notOk(KeyCheck.findings(keys, later, true, state())));
    assertEquals(ca, Files.readString(keys.ca()));
  }

  @Test
  void aCertificateThatIsAboutToExpireIsAWarning() {
    DevelopmentKeys keys = keys(NOW);

    List<Finding> findings =
        notOk(KeyCheck.findings(keys, NOW.plus(Duration.ofDays(390)), true, state()));

    assertEquals(Finding.Level.WARNING, findings.getFirst().level());
  }

  @Test
  void aPrivateKeyOfAnotherCertificateFails(@TempDir Path other) throws IOException {
    DevelopmentKeys keys = keys(NOW);
    DevelopmentKeys others = new DevelopmentKeys(new StateFolder(other).create().keys());
    others.ensure(InstantSource.fixed(NOW));
    Files.copy(others.edgeKey(), keys.edgeKey(), StandardCopyOption.REPLACE_EXISTING);

    List<Finding> findings = notOk(KeyCheck.findings(keys, NOW, true, state()));

    assertEquals(
        "%s is not the private key of %s".formatted(keys.edgeKey(), keys.edge()),
        findings.getFirst().what());
  }

  @Test
  void aCertificateThatCannotBeReadIsToBeReplacedOrMovedAwayWhetherATierIsUpOrNot()
      throws IOException {
    DevelopmentKeys keys = keys(NOW);
    Files.writeString(keys.edge(), "garbage");

    Finding down = notOk(KeyCheck.findings(keys, NOW, false, state())).getFirst();
    Finding up = notOk(KeyCheck.findings(keys, NOW, true, state())).getFirst();

    assertEquals(keys.edge() + " holds no X.509 certificate in PEM form", down.what());
    assertEquals(
        "put a usable edge.pem and edge.key there, or move both away: %s makes new ones"
            .formatted(state().command("up")),
        down.hint());
    assertTrue(up.hint().contains(state().command("down") + ", then "), up::hint);
    assertTrue(up.hint().endsWith("until then the Envoys keep the old one"), up::hint);
  }

  @Test
  void theEndOfAConnectionOnAPortOfTheTierIsNobodyWhoListens() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket peer = new ServerSocket(0, 1, loopback);
        Socket end = new Socket(loopback, peer.getLocalPort())) {
      int base = end.getLocalPort() - Kind.CONTROL.port("http", 1, 0);
      Shape shape =
          new Shape(new Shape.Size(1, 1, 1, 1), Shape.Broker.REDIS, base, Optional.empty());

      Finding found =
          notOk(PortCheck.findings(shape, Set.of(), state())).stream()
              .filter(finding -> finding.what().contains("http of control-1"))
              .findFirst()
              .orElseThrow();

      assertEquals(Finding.Level.WARNING, found.level());
      assertTrue(found.what().contains("the near end of a connection"), found::what);
    }
  }

  @Test
  void theFolderRemembersThePortsOfItsTierForWhatIsToBeTypedNext() {
    StateFolder state = state().create();

    state.rememberPortBase(OptionalInt.of(17000));

    assertEquals(OptionalInt.of(17000), new StateFolder(folder).portBase());
    assertEquals(
        "./mooring up --state-dir %s --port-base 17000".formatted(folder), state.command("up"));
    assertEquals("./mooring down --state-dir " + folder, state.command("down"));
    state.rememberPortBase(OptionalInt.empty());
    assertEquals("./mooring up --state-dir " + folder, state.command("up"));
  }

  @Test
  void ticketKeysOfTheWrongLengthFailAndMissingOnesAreAWarning() throws IOException {
    DevelopmentKeys keys = keys(NOW);
    Files.write(keys.ticketKey(), new byte[79]);

    Finding wrong = notOk(KeyCheck.findings(keys, NOW, true, state())).getFirst();
    Files.delete(keys.ticketKey());
    Finding missing = notOk(KeyCheck.findings(keys, NOW, true, state())).getFirst();

    assertEquals(keys.ticketKey() + " has 79 bytes, expected 80 or a multiple", wrong.what());
    assertEquals(Finding.Level.WARNING, missing.level());
  }

  @Test
  void aSecretThatOthersMayReadFails() throws IOException {
    DevelopmentKeys keys = keys(NOW);
    Files.setPosixFilePermissions(keys.master(), PosixFilePermissions.fromString("rw-r--r--"));

    List<Finding> findings = notOk(KeyCheck.findings(keys, NOW, true, state()));

    assertEquals("chmod 600 " + keys.master(), findings.getFirst().hint());
  }

  @Test
  void aPortInSomebodyElsesHandsFailsAndIsNamed() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = socket.getLocalPort();
      int base = port - Kind.CONTROL.port("http", 1, 0);
      Shape shape =
          new Shape(new Shape.Size(1, 2, 1, 1), Shape.Broker.REDIS, base, Optional.empty());

      String what =
          notOk(PortCheck.findings(shape, Set.of(), state())).stream()
              .map(Finding::what)
              .filter(text -> text.contains("http of control-1"))
              .findFirst()
              .orElseThrow();

      assertTrue(what.startsWith("port %d (http of control-1) is in use by".formatted(port)));
      assertTrue(what.contains("process " + ProcessHandle.current().pid()), what);
      Set<Long> own = Set.of(ProcessHandle.current().pid());
      assertTrue(
          notOk(PortCheck.findings(shape, own, state())).stream()
              .noneMatch(finding -> finding.what().contains("port " + port)));
    }
  }

  @Test
  void aValkeyWithAnAppendOnlyFileIsFineAndOneWithSnapshotsAloneIsNot() throws Exception {
    try (Valkey valkey = Valkey.start(folder)) {
      String url = valkey.url();
      try (RedisConnection redis = RedisConnection.open(url)) {
        redis.ask("CONFIG", "SET", "appendonly", "yes");
        assertEquals(List.of(), notOk(RedisCheck.of(url, "start it").findings()));

        redis.ask("CONFIG", "SET", "appendonly", "no");
        redis.ask("CONFIG", "SET", "save", "60 1");
        List<Finding> findings = notOk(RedisCheck.of(url, "start it").findings());
        assertTrue(findings.getFirst().what().contains("snapshots alone"));

        redis.ask("CONFIG", "SET", "save", "");
        assertEquals(List.of(), notOk(RedisCheck.of(url, "start it").findings()));

        redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        assertEquals(
            Finding.Level.WARNING,
            notOk(RedisCheck.of(url, "start it").findings()).getFirst().level());
        redis.ask("CONFIG", "SET", "maxmemory", "100mb");
        assertEquals(
            "eviction: allkeys-lru, maxmemory 104857600 bytes",
            notOk(RedisCheck.of(url, "start it").findings()).getFirst().what());
      }
    }
  }

  @Test
  void aPasswordThatBreaksTheUrlIsNotShown() {
    for (String url :
        List.of(
            "redis://user:sesame /open@127.0.0.1:1",
            "redis://user:sesame/open@127.0.0.1:1",
            "redis://sesame/open@127.0.0.1:1",
            "redis://:open@sesame@127.0.0.1:1")) {
      String what = RedisCheck.of(url, "start it").findings().getFirst().what();

      assertTrue(what.startsWith("redis://***@127.0.0.1:1 cannot be used"), what);
      assertFalse(what.contains("sesame") || what.contains("open"), what);
    }
  }

  @Test
  void aRedisThatCannotBeReachedFailsWithoutShowingItsPassword() {
    List<Finding> findings =
        RedisCheck.of("redis://user:sesame@127.0.0.1:1", "start it").findings();

    assertEquals(Finding.Level.FAILED, findings.getFirst().level());
    assertTrue(findings.getFirst().what().startsWith("redis://***@127.0.0.1:1 cannot be used"));
    assertTrue(!findings.toString().contains("sesame"));
  }

  private DevelopmentKeys keys(Instant madeAt) {
    DevelopmentKeys keys = new DevelopmentKeys(new StateFolder(folder).create().keys());
    keys.ensure(InstantSource.fixed(madeAt));
    return keys;
  }

  private StateFolder state() {
    return new StateFolder(folder);
  }

  private static List<Finding> notOk(List<Finding> findings) {
    return findings.stream().filter(finding -> finding.level() != Finding.Level.OK).toList();
  }
}
