package io.mooring.cli.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How many files and sockets a process may have open. */
public final class OpenFiles {
  /** What Envoy itself needs; each socket needs two. */
  private static final long OF_ENVOY = 1000;

  private OpenFiles() {}

  /** How many sockets an Envoy holds with so many open files. */
  public static long sockets(long limit) {
    return Math.max(0, (limit - OF_ENVOY) / 2);
  }

  /** The limit that an Envoy needs for so many sockets. */
  public static long wanted(long sockets) {
    return 2 * sockets + OF_ENVOY;
  }

  /**
   * The limit of this process, which its children inherit; the JVM has raised it as far as it may.
   * Empty where it cannot be read.
   */
  public static OptionalLong limit() {
    try {
      return Files.readAllLines(Path.of("/proc/self/limits")).stream()
          .filter(line -> line.startsWith("Max open files"))
          .map(line -> line.split("\\s+")[3])
          .mapToLong(text -> text.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(text))
          .findFirst();
    } catch (IOException notLinux) {
      return OptionalLong.empty();
    }
  }
}
