package io.mooring.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.history.UnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class StagesTest {
  @Test
  void tellsNobodyOutsideWhereTheLogIsNorWhatItSaid() {
    CompletionStage<String> failed =
        CompletableFuture.failedStage(
            new UnavailableException("redis at 10.1.2.3:6379: ERR meta:{1}:demo.x", null));

    RefusedException refused = assertThrows(RefusedException.class, () -> Stages.await(failed));

    String told = new String(Json.of(json -> refused.problem().write(json)), UTF_8);
    assertTrue(told.contains("unavailable"), told);
    assertFalse(told.contains("10.1.2.3") || told.contains("meta:"), told);
  }
}
