package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.registry.v1.RegisterRequest;
import io.mooring.server.conformance.Autobahn;
import io.mooring.server.conformance.EchoServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Autobahn's cases through a real Envoy, to an echo server that registers like any other service's
 * server: in the end every byte of a socket passes the edge as it was sent.
 */
@Tag("untimed")
@Tag("conformance")
class EdgeConformanceTest {
  private static final int CASES = 247;
  private static final String ECHO = "echo-1";

  @TempDir Path state;

  @Test
  void noCaseFailsOrEndsUncleanlyBehindTheEdge() throws Exception {
    try (Tier tier = Tier.up(state, "--servers", "1", "--envoys", "1");
        EchoServer echo = new EchoServer(0, EchoServer.roomy(), false).start();
        Registrant registrant = Registrant.of(tier)) {
      registrant.register(
          RegisterRequest.newBuilder()
              .setServerId(ECHO)
              .setInstanceUid("suite-" + ProcessHandle.current().pid())
              .setService("app")
              .setAddress("127.0.0.1:" + echo.port())
              .build());
      URI edge = tier.edgePlain();

      Autobahn.Verdict verdict;
      try (HeadRelay relay =
          new HeadRelay(edge.getHost(), edge.getPort(), "/ws/" + ECHO + "/suite", tier.token())
              .start()) {
        verdict = Autobahn.run(relay.port(), "edge", Autobahn.FRAMING);
      }

      assertEquals(CASES, verdict.cases());
      assertEquals(List.of(), verdict.bad(), verdict::toString);
      assertEquals(Set.of(), verdict.unimplemented());
    }
  }
}
