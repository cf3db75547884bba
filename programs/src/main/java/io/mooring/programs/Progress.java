package io.mooring.programs;

/** Told how the search for a program goes; called by the thread that searches. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress SILENT = (program, done, step) -> {};

  /**
   * @param program name and version, for example {@code envoy 1.40.0}
   * @param done 0.0 to 1.0; 1.0 exactly once, when the program is there
   * @param step what is being done, or how it ended: {@code fetching}, {@code sha256 ok (cached
   *     next time)}, {@code cached}, {@code /usr/bin/envoy}
   */
  void report(String program, double done, String step);
}
