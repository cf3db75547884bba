package io.mooring.containers;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every service of {@code deploy/compose}. */
class ComposeTest {
  static List<Service> services() throws IOException {
    return Compose.read(Images.ROOT.resolve("deploy/compose"), Map.of()).services();
  }

  @ParameterizedTest
  @MethodSource("services")
  void mayDoNoMoreThanItMust(Service service) {
    assertAll(
        () -> assertTrue(service.readOnly(), "the root file system is read-only"),
        () -> assertEquals(List.of("ALL"), service.list("cap_drop")),
        () -> assertEquals(List.of("no-new-privileges:true"), service.list("security_opt")));
  }

  @ParameterizedTest
  @MethodSource("services")
  void isBounded(Service service) {
    assertAll(
        () -> assertTrue(service.memoryBytes().isPresent(), "memory"),
        () -> assertTrue(service.processes().isPresent(), "processes"),
        () -> assertTrue(service.logOptions().containsKey("max-size"), "the log"));
  }

  @ParameterizedTest
  @MethodSource("services")
  void isAskedWhetherItIsWellAndStartedAgain(Service service) {
    assertFalse(service.healthTest().isEmpty());
    assertFalse(service.spec().path("restart").asText().isEmpty());
  }
}
