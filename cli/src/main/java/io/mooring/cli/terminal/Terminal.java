package io.mooring.cli.terminal;

import java.io.PrintStream;
import java.util.regex.Pattern;

/**
 * Results go to {@link #out}, progress and complaints to {@link #err}.
 *
 * @param live the error output is a terminal: lines may be rewritten
 * @param color ANSI colours may be used on both
 * @param width columns of that terminal
 */
public record Terminal(PrintStream out, PrintStream err, boolean live, boolean color, int width) {
  private static final int USUAL_WIDTH = 80;
  private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9]*m");

  /**
   * This process's terminal. What it is like the launcher knows, and says by system properties:
   * {@code mooring.live}, {@code mooring.color}, {@code mooring.columns}.
   *
   * @param mayColor false for {@code --no-color}; {@code NO_COLOR} says the same
   */
  public static Terminal current(boolean mayColor) {
    boolean live = Boolean.getBoolean("mooring.live");
    boolean color =
        Boolean.getBoolean("mooring.color") && mayColor && System.getenv("NO_COLOR") == null;
    int width = Integer.getInteger("mooring.columns", USUAL_WIDTH);
    return new Terminal(System.out, System.err, live, color, width);
  }

  public String green(String text) {
    return painted("32", text);
  }

  public String yellow(String text) {
    return painted("33", text);
  }

  public String red(String text) {
    return painted("31", text);
  }

  public String dim(String text) {
    return painted("2", text);
  }

  public String bold(String text) {
    return painted("1", text);
  }

  /** Whether a text with or without colours can be shown, and rewritten, in one line. */
  public boolean fits(String text) {
    return plain(text).length() < width;
  }

  /** The text without its colours. */
  public static String plain(String text) {
    return COLOR.matcher(text).replaceAll("");
  }

  /** A failure and what to do about it, on the error output. */
  public void complain(String message, String next) {
    err.println(red("✘") + " " + message);
    if (!next.isEmpty()) {
      next(next);
    }
  }

  /** What to do next, on the error output. */
  public void next(String next) {
    err.println("  " + dim("next:") + " " + next);
  }

  /** What somebody should know though it is no failure, on the error output. */
  public void warn(String message) {
    err.println(yellow("‼") + " " + message);
  }

  private String painted(String code, String text) {
    return color ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
