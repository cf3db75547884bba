package io.mooring.server.fuzz;

import io.mooring.server.broker.LiveFuzz;
import io.mooring.server.choice.Choices;
import io.mooring.server.frame.FrameFuzz;
import io.mooring.server.history.EntryFuzz;
import io.mooring.server.protocol.JsonFuzz;
import java.nio.file.Path;
import java.util.function.Function;

/** What is fuzzed: a reader that judges any input, and a maker of inputs that are nearly right. */
enum Target {
  FRAME(FrameFuzz.class, FrameFuzz::read, FrameFuzz::make),
  JSON(JsonFuzz.class, JsonFuzz::read, JsonFuzz::make),
  LIVE(LiveFuzz.class, LiveFuzz::read, LiveFuzz::make),
  ENTRY(EntryFuzz.class, EntryFuzz::read, EntryFuzz::make);

  private interface Reader {
    void read(byte[] input) throws Exception;
  }

  private final Class<?> type;
  private final Reader reader;
  private final Function<Choices, byte[]> maker;

  Target(Class<?> type, Reader reader, Function<Choices, byte[]> maker) {
    this.type = type;
    this.reader = reader;
    this.maker = maker;
  }

  /** The folder of what was once read wrongly, and of what to begin with. */
  Path corpus() {
    return Path.of("src/test/fuzz", type.getSimpleName());
  }

  /**
   * @throws Exception if it is not read as it must be, and likewise any {@link Error}
   */
  void read(byte[] input) throws Exception {
    reader.read(input);
  }

  byte[] make(Choices choices) {
    return maker.apply(choices);
  }
}
