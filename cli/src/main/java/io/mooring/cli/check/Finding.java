package io.mooring.cli.check;

import java.util.Locale;

/**
 * One thing that was looked at.
 *
 * @param what was found, with its value
 * @param hint what to do; empty when nothing needs to be done
 */
public record Finding(Group group, Level level, String what, String hint) {
  /** What belongs together, in the order in which it is shown. */
  public enum Group {
    MACHINE,
    PROGRAMS,
    PORTS,
    KEYS,
    REDIS,
    TIER,
    CONTROL,
    SERVERS,
    ENVOYS;

    /** The name that users see. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How bad it is. */
  public enum Level {
    OK("✔"),
    /** It works, but not as it should in production, or not for long. */
    WARNING("‼"),
    /** A tier will not start, or does not work. */
    FAILED("✘");

    private final String mark;

    Level(String mark) {
      this.mark = mark;
    }

    public String mark() {
      return mark;
    }

    /** The name that programs see. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(Group group, String what) {
    return new Finding(group, Level.OK, what, "");
  }

  static Finding warning(Group group, String what, String hint) {
    return new Finding(group, Level.WARNING, what, hint);
  }

  static Finding failed(Group group, String what, String hint) {
    return new Finding(group, Level.FAILED, what, hint);
  }
}
