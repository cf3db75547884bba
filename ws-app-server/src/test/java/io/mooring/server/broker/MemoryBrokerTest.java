package io.mooring.server.broker;

import io.mooring.server.loop.Loops;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class MemoryBrokerTest extends BrokerContract {
  private final Loops loops = new Loops(2);
  private final MemoryBroker broker = new MemoryBroker(loops);

  @BeforeEach
  void start() {
    broker.start(arrivals);
  }

  @AfterEach
  void end() {
    broker.close();
    loops.close();
  }

  @Override
  Broker broker() {
    return broker;
  }
}
