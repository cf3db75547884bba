package io.mooring.cli.tier;

import io.mooring.cli.child.Child;

/** How the process of a part ended although the tier is up. */
public sealed interface Ending {
  /** A server told its clients to go elsewhere, and left when all had. */
  record Drained() implements Ending {}

  /** A command asked for SIGKILL. */
  record Killed() implements Ending {}

  /** A command asked for SIGTERM. */
  record Stopped() implements Ending {}

  /**
   * Nobody asked for it.
   *
   * @param exitCode 128 + n after signal n
   */
  record Crashed(int exitCode) implements Ending {}

  /** The name that users see. */
  default String word() {
    return switch (this) {
      case Drained _ -> "drained";
      case Killed _ -> "killed";
      case Stopped _ -> "stopped";
      case Crashed _ -> "crashed";
    };
  }

  /** Of a process that has ended. */
  static Ending of(Part part, Child child) {
    if (child.killed()) {
      return new Killed();
    }
    if (part.kind() == Kind.APP && child.exitCode() == 0) {
      return new Drained();
    }
    return child.terminated() ? new Stopped() : new Crashed(child.exitCode());
  }
}
