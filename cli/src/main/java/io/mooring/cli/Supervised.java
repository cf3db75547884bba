package io.mooring.cli;

import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/**
 * The supervisor's side of {@link Detached}. Until the tier is ready, its output goes to the
 * command that started it, and its life hangs on that command's; afterwards it stands alone and
 * complains into {@code log/up.log}.
 */
final class Supervised {
  private final PrintStream log;
  private volatile boolean ready;

  Supervised(StateFolder state) {
    state.create();
    try {
      this.log =
          new PrintStream(
              Files.newOutputStream(state.freshLog("up")), true, StandardCharsets.UTF_8);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot write " + state.log("up"), refused);
    }
  }

  /** Ends this process when the other command ends before the tier is ready. */
  void watchParent() {
    Thread.ofPlatform().daemon(true).name("parent").start(this::awaitParentsEnd);
  }

  /** The terminal of the other command, with a copy of the complaints in the log. */
  Terminal terminal(Terminal outer) {
    OutputStream both =
        new OutputStream() {
          @Override
          public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            outer.err().write(bytes, offset, length);
            log.write(bytes, offset, length);
          }
        };
    return new Terminal(
        outer.out(),
        new PrintStream(both, true, StandardCharsets.UTF_8),
        outer.live(),
        outer.color(),
        outer.width());
  }

  /** Tells the other command that it may end: both outputs lead nowhere from here on. */
  void ready() {
    ready = true;
    for (FileDescriptor descriptor :
        new FileDescriptor[] {FileDescriptor.out, FileDescriptor.err}) {
      try (FileOutputStream output = new FileOutputStream(descriptor)) {
        output.flush();
      } catch (IOException gone) {
        log.println("the command that asked for this tier is gone: " + gone.getMessage());
      }
    }
  }

  private void awaitParentsEnd() {
    try {
      while (System.in.read() >= 0) {
        continue;
      }
    } catch (IOException broken) {
      log.println("the standard input broke: " + broken.getMessage());
    }
    if (!ready) {
      log.println("the command that asked for this tier ended before it was ready");
      System.exit(1);
    }
  }
}
