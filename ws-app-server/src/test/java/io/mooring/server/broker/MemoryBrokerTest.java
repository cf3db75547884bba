package io.mooring.server.broker;

import io.mooring.server.loop.Loops;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class MemoryBrokerTest extends BrokerContract {
  private final Loops loops = new Loops(2);
  private final Backbone backbone = Backbone.memory(loops);

  @BeforeEach
  void start() {
    backbone.start(arrivals);
  }

  @AfterEach
  void end() {
    backbone.close();
    loops.close();
  }

  @Override
  Backbone backbone() {
    return backbone;
  }
}
