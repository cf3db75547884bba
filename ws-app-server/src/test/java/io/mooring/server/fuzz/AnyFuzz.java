package io.mooring.server.fuzz;

import java.util.HexFormat;

/** Every target at once, as Jazzer takes longer to start than any of them needs. */
public final class AnyFuzz {
  private AnyFuzz() {}

  /** What Jazzer calls first: loading classes may take longer than any input may. */
  public static void fuzzerInitialize() throws Exception {
    for (Target target : Target.values()) {
      Input.of(Input.made(target, HexFormat.of().parseHex("00"))).read();
    }
  }

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Input.of(input).read();
  }
}
