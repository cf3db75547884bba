package io.mooring.cli.terminal;

/** A progress bar as text. */
public final class Bar {
  private static final int WIDTH = 15;

  private Bar() {}

  /**
   * {@code ███████░░░░░░░░ 47 %}.
   *
   * @param done 0.0 to 1.0
   */
  public static String of(double done) {
    int full = (int) Math.round(Math.clamp(done, 0, 1) * WIDTH);
    return "█".repeat(full)
        + "░".repeat(WIDTH - full)
        + " %3d %%".formatted(Math.round(done * 100));
  }
}
