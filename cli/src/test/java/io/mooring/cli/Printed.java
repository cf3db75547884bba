package io.mooring.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What a command line printed, and its exit code.
 *
 * @param out without the last line's end
 */
record Printed(int code, String out, String err) {
  /** Runs the command line in this process; one at a time. */
  static synchronized Printed by(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream newOut = new ByteArrayOutputStream();
    ByteArrayOutputStream newErr = new ByteArrayOutputStream();
    System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
    try {
      int code = Mooring.execute(arguments);
      return new Printed(
          code,
          newOut.toString(StandardCharsets.UTF_8).strip(),
          newErr.toString(StandardCharsets.UTF_8).strip());
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
