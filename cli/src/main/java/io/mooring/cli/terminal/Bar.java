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
    return of(done, WIDTH) + " %3d %%".formatted(Math.round(done * 100));
  }

  /**
   * The bar alone: {@code ███████░░░}.
   *
   * @param done 0.0 to 1.0
   * @param width of the whole
   */
  public static String of(double done, int width) {
    int full = (int) Math.round(Math.clamp(done, 0, 1) * width);
    return "█".repeat(full) + "░".repeat(width - full);
  }
}
