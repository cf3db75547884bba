package io.mooring.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealProgramsTest {
  @TempDir Path folder;

  @Test
  void valkeyStartsWithAnAppendOnlyFileAndIsGoneAfterClose() {
    Valkey valkey = Valkey.start(folder);

    try (valkey) {
      assertTrue(Files.isDirectory(folder.resolve("appendonlydir")));
    }

    assertFalse(ProcessHandle.of(valkey.pid()).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void aTakenPortFailsWithTheEndOfTheLog() {
    try (Valkey first = Valkey.start(folder.resolve("first"))) {

      var failure =
          assertThrows(
              ProgramException.class,
              () -> Valkey.start(folder.resolve("second"), first.port()).close());

      assertTrue(String.valueOf(failure.getMessage()).contains("valkey ended with 1"));
    }
  }

  @Test
  void envoyAcceptsTheBootstrapAndIsNotReadyWithoutAControlPlane() {
    EnvoyBootstrap bootstrap =
        new EnvoyBootstrap(
            "edge-1",
            "127.0.0.1",
            OptionalInt.of(0),
            OptionalInt.of(0),
            0,
            List.of(new InetSocketAddress("127.0.0.1", 1)),
            100);

    try (EnvoyProcess envoy = EnvoyProcess.start(folder, bootstrap)) {
      assertEquals("127.0.0.1", envoy.adminUri().getHost());
      assertFalse(envoy.admin("/ready").startsWith("LIVE"));
      assertTrue(envoy.admin("/server_info").contains("\"" + "PRE_INITIALIZING" + "\""));
    }
  }
}
