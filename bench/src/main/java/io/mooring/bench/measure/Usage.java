package io.mooring.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** What Linux tells of processes in {@code /proc} (proc(5)). */
public final class Usage {
  /** {@code sysconf(_SC_CLK_TCK)}, which is 100 on every Linux that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int STATE = 3;
  private static final int USER_TICKS = 14;
  private static final int SYSTEM_TICKS = 15;
  private static final int IDLE = 4;
  private static final int WAITING_FOR_DISK = 5;

  private Usage() {}

  /** Seconds of processor time, user's and system's, of these processes. */
  public static double cpuSeconds(Collection<Long> processes) {
    double sum = 0;
    for (long process : processes) {
      sum += cpuSeconds(read("/proc/" + process + "/stat"));
    }
    return sum;
  }

  /**
   * The same of each thread in which a JVM among these processes compiles, by where the system
   * tells of it.
   */
  public static Map<Path, Double> compilerSeconds(Collection<Long> processes) {
    Map<Path, Double> each = new HashMap<>();
    for (long process : processes) {
      try (DirectoryStream<Path> threads =
          Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
        for (Path thread : threads) {
          compilerSeconds(thread).ifPresent(seconds -> each.put(thread, seconds));
        }
      } catch (IOException gone) {
        throw new UncheckedIOException("cannot list the threads of process " + process, gone);
      }
    }
    return each;
  }

  private static OptionalDouble compilerSeconds(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      // C1 and C2; the system cuts names to 15 characters.
      return stat.contains(" CompilerThre")
          ? OptionalDouble.of(cpuSeconds(stat))
          : OptionalDouble.empty();
    } catch (IOException ended) {
      return OptionalDouble.empty();
    }
  }

  /** The same of this process itself. */
  public static double ownCpuSeconds() {
    return cpuSeconds(read("/proc/self/stat"));
  }

  /** The name of the program may hold blanks and parentheses, so that counting starts after it. */
  static double cpuSeconds(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks =
        Long.parseLong(fields[USER_TICKS - STATE]) + Long.parseLong(fields[SYSTEM_TICKS - STATE]);
    return ticks / TICKS_PER_SECOND;
  }

  /** How many threads the system has for a process. */
  public static int threads(long process) {
    return threads(read("/proc/" + process + "/status"));
  }

  static int threads(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("Threads:"))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no Threads in: " + status));
  }

  /** Bytes of memory of these processes, each shared page divided among those who share it. */
  public static long memoryBytes(Collection<Long> processes) {
    long sum = 0;
    for (long process : processes) {
      sum += memoryBytes(read("/proc/" + process + "/smaps_rollup"));
    }
    return sum;
  }

  static long memoryBytes(String rollup) {
    return rollup
        .lines()
        .filter(line -> line.startsWith("Pss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no Pss in: " + rollup));
  }

  /** What the whole machine has done since it was started. */
  public record Machine(double busySeconds, double allSeconds) {
    public static Machine now() {
      return parse(read("/proc/stat"));
    }

    static Machine parse(String stat) {
      String[] fields = stat.lines().findFirst().orElse("").split(" +");
      double all = 0;
      // Guests' time, in the two last fields, is contained in user's.
      for (int i = 1; i < Math.min(fields.length, 9); i++) {
        all += Long.parseLong(fields[i]) / TICKS_PER_SECOND;
      }
      double idle =
          (Long.parseLong(fields[IDLE]) + Long.parseLong(fields[WAITING_FOR_DISK]))
              / TICKS_PER_SECOND;
      return new Machine(all - idle, all);
    }

    /** The share, 0 to 1, of the machine's processors that was in use since then. */
    public double shareSince(Machine then) {
      double all = allSeconds - then.allSeconds;
      return all <= 0 ? 0 : (busySeconds - then.busySeconds) / all;
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException gone) {
      throw new UncheckedIOException(
          "cannot read " + file + ": the process has ended, or this is no Linux", gone);
    }
  }
}
