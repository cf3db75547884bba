package io.mooring.server.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("conformance")
class ConformanceTest {
  private static final int CASES = 247;

  @Test
  void noCaseFailsOrEndsUncleanly() throws Exception {
    Autobahn.Verdict verdict;
    try (EchoServer server = new EchoServer(0, EchoServer.roomy()).start()) {
      verdict = Autobahn.run(server.port());
    }

    assertEquals(CASES, verdict.cases());
    assertTrue(verdict.bad().isEmpty(), verdict::toString);
  }
}
