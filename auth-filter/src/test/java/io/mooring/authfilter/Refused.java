package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** Expects a refusal. */
final class Refused {
  private Refused() {}

  static Refusal by(Refusal.Kind kind, String step, Executable check) {
    Refusal refusal = assertThrows(RefusedException.class, check).refusal();
    assertEquals(step, refusal.step(), refusal.detail());
    assertEquals(kind, refusal.kind());
    return refusal;
  }
}
