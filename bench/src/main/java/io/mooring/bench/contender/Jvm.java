package io.mooring.bench.contender;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The tools of the JDK that runs this. */
final class Jvm {
  private static final Duration COLLECTION = Duration.ofSeconds(30);

  private Jvm() {}

  static String program(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  static void collectGarbage(List<Long> processes) {
    for (long process : processes) {
      Command.run(List.of(program("jcmd"), Long.toString(process), "GC.run"), Map.of(), COLLECTION);
    }
  }
}
