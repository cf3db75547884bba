package io.mooring.process;

import java.util.Optional;

/** Whether a process should get work; asked on any thread, answers at once, never by I/O. */
@FunctionalInterface
public interface Readiness {
  /** What the process still waits for; empty when it is ready. */
  Optional<String> notReadyBecause();
}
