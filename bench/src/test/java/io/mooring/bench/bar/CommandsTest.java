package io.mooring.bench.bar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CommandsTest {
  @Test
  void allCallsCountButTheQuestionsThemselves() {
    String told =
        """
        # Commandstats
        cmdstat_info:calls=3,usec=90,usec_per_call=30.00,rejected_calls=0,failed_calls=0
        cmdstat_evalsha:calls=20,usec=400,usec_per_call=20.00,rejected_calls=0,failed_calls=0
        cmdstat_config|get:calls=2,usec=4,usec_per_call=2.00,rejected_calls=0,failed_calls=0
        """;

    assertEquals(22, Commands.count(told));
  }
}
