package io.mooring.cli.tier;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.child.Child;
import io.mooring.cli.state.StateFolder;
import io.mooring.process.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TierTest {
  private static final Readiness AT_ONCE = Optional::empty;
  private static final String LIVE = "trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done";

  @TempDir Path folder;
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private StateFolder state = new StateFolder(Path.of("."));
  private Tier tier = tier(Duration.ofSeconds(5));

  @BeforeEach
  void open() {
    state = new StateFolder(folder).create();
    tier = tier(Duration.ofSeconds(5));
  }

  @AfterEach
  void close() {
    tier.close();
  }

  @Test
  void startReturnsWhenEveryPartIsReady() throws IOException {
    Path flag = folder.resolve("flag");
    Readiness whenFlagged =
        () -> Files.exists(flag) ? Optional.empty() : Optional.of("there is no flag");
    String raisesTheFlag = "sleep 0.1; touch '%s'; exec sleep 1000".formatted(flag);

    tier.start(
        List.of(
            part(Kind.APP, 1, "exec sleep 1000", AT_ONCE),
            part(Kind.APP, 2, raisesTheFlag, whenFlagged)));

    assertTrue(Files.exists(flag));
    assertTrue(events.containsAll(List.of("ready app-1", "ready app-2")), events::toString);
  }

  @Test
  void aPartThatEndsInsteadIsNamedWithTheEndOfItsLog() {
    String fails = "echo one; echo 'port 7200 is in use' >&2; exit 3";

    PartException failure =
        assertThrows(
            PartException.class,
            () ->
                tier.start(
                    List.of(
                        part(Kind.APP, 1, "exec sleep 1000", () -> Optional.of("never")),
                        part(Kind.APP, 2, fails, () -> Optional.of("not yet")))));

    assertEquals("app-2 ended with exit code 3", failure.getMessage());
    assertEquals(List.of("one", "port 7200 is in use"), failure.lastLines());
    assertEquals(state.log("app-2"), failure.log());
  }

  @Test
  void aPartThatEndsOnceItWasReadyIsNamedAndThoseThatNeedItAreNotAwaited() {
    Path flag = folder.resolve("gone");
    Readiness untilItEnds = () -> Files.exists(flag) ? Optional.of("it ended") : Optional.empty();
    String ends = "sleep 0.3; touch '%s'; echo 'no such key'; exit 1".formatted(flag);

    PartException failure =
        assertThrows(
            PartException.class,
            () ->
                tier.start(
                    List.of(
                        part(Kind.CONTROL, 1, ends, untilItEnds),
                        part(Kind.EDGE, 1, "exec sleep 1000", () -> Optional.of("never")))));

    assertEquals("control-1 ended with exit code 1", failure.getMessage());
    assertEquals(List.of("no such key"), failure.lastLines());
    assertTrue(events.stream().noneMatch(event -> event.contains("ended")), events::toString);
  }

  @Test
  void aPartThatNeverGetsReadyIsNamedWithTheReason() {
    Tier hasty = tier(Duration.ZERO);
    try (hasty) {
      PartException failure =
          assertThrows(
              PartException.class,
              () ->
                  hasty.start(
                      List.of(
                          part(
                              Kind.APP,
                              1,
                              "exec sleep 1000",
                              () -> Optional.of("it is WARMING")))));

      assertEquals("app-1 is not ready after 0 s: it is WARMING", failure.getMessage());
    }
  }

  @Test
  void aSinglePartThatNeverGetsReadyIsEnded() {
    Tier hasty = tier(Duration.ZERO);
    try (hasty) {
      Part never = part(Kind.APP, 1, "exec sleep 1000", () -> Optional.of("it is WARMING"));

      assertThrows(PartException.class, () -> hasty.start(() -> never));

      assertEquals(Child.State.EXITED, hasty.find("app-1").orElseThrow().child().state());
    }
  }

  @Test
  void closeStopsEnvoysFirstAndValkeyLast() throws IOException {
    Path order = folder.resolve("order");
    String notes =
        "trap 'echo %s >> \"" + order + "\"; exit 0' TERM; echo up; while :; do sleep 0.02; done";
    List<Part> parts =
        List.of(
            noting(Kind.VALKEY, notes),
            noting(Kind.CONTROL, notes),
            noting(Kind.AUTH, notes),
            noting(Kind.EDGE, notes));
    tier.start(parts);

    tier.close();

    assertEquals(List.of("edge-1", "auth-1", "control-1", "valkey"), Files.readAllLines(order));
  }

  @Test
  void closeKillsWhatIgnoresSigtermAndWhatIsFrozen() {
    tier.start(
        List.of(
            noting(Kind.APP, "trap '' TERM; echo up; while :; do sleep 0.02; done"),
            part(Kind.EDGE, 1, "exec sleep 1000", AT_ONCE)));
    Child deaf = child("app-1");
    Child frozen = child("edge-1");
    frozen.freeze();

    tier.close();

    assertEquals(Child.State.EXITED, deaf.state());
    assertEquals(Child.State.EXITED, frozen.state());
    assertTrue(events.contains("stopping [app-1]"), events::toString);
  }

  @Test
  void aPartThatEndsByItselfIsReportedAndCanBeStartedAgain() {
    tier.start(List.of(noting(Kind.AUTH, "echo up; sleep 0.1; exit 3")));
    Tier.Running first = tier.find("auth-1").orElseThrow();

    await().untilAsserted(() -> assertTrue(events.contains("ended auth-1 Crashed[exitCode=3]")));
    Tier.Running second = tier.start(first::part);
    assertFalse(second.child().pid() == first.child().pid());
    assertEquals(List.of(second), tier.all());
  }

  @Test
  void aPartThatIsKilledOnDemandIsReportedAsSuch() {
    tier.start(List.of(noting(Kind.APP, LIVE)));

    child("app-1").kill();

    await().untilAsserted(() -> assertTrue(events.contains("ended app-1 Killed[]")));
  }

  @Test
  void aServerThatLeavesByItselfHasDrainedAndIsNoCrash() {
    tier.start(List.of(noting(Kind.APP, LIVE), noting(Kind.CONTROL, LIVE)));

    child("app-1").terminate();
    child("control-1").terminate();

    await().untilAsserted(() -> assertTrue(events.contains("ended app-1 Drained[]")));
    await().untilAsserted(() -> assertTrue(events.contains("ended control-1 Stopped[]")));
  }

  @Test
  void nothingIsStartedOnceTheTierIsClosed() {
    tier.close();

    assertThrows(PartException.class, () -> tier.start(() -> noting(Kind.APP, LIVE)));
  }

  private Part noting(Kind kind, String script) {
    Path log = state.log(kind.name(1));
    return part(
        kind,
        1,
        script.formatted(kind.name(1)),
        () ->
            log.toFile().length() > 0 ? Optional.empty() : Optional.of("its trap is not set yet"));
  }

  private static Part part(Kind kind, int number, String script, Readiness readiness) {
    return new Part(
        kind.name(number),
        kind,
        number,
        List.of(),
        List.of("/bin/sh", "-c", script),
        Map.of(),
        readiness);
  }

  private Child child(String name) {
    return tier.find(name).orElseThrow().child();
  }

  private Tier tier(Duration ready) {
    return new Tier(
        state,
        new Tier.Patience(ready, Duration.ofSeconds(1)),
        new TierListener() {
          @Override
          public void started(Part part) {
            events.add("started " + part.name());
          }

          @Override
          public void ready(Part part, Duration took) {
            events.add("ready " + part.name());
          }

          @Override
          public void ended(Part part, Ending ending) {
            events.add("ended %s %s".formatted(part.name(), ending));
          }

          @Override
          public void stopping(List<Part> slow, Duration patience) {
            events.add("stopping " + slow.stream().map(Part::name).toList());
          }
        });
  }
}
