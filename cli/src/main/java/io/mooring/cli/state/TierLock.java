package io.mooring.cli.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The right to run the tier of one state folder. The kernel takes it back when the holder dies,
 * however it dies, so it also tells whether a tier is up. The file names the holder's process id.
 */
public final class TierLock implements AutoCloseable {
  private final FileChannel channel;

  private TierLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock and leaves this process's id in it; empty when another process holds it. */
  public static Optional<TierLock> take(StateFolder state) {
    try {
      FileChannel channel =
          FileChannel.open(file(state), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        return Optional.empty();
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      return Optional.of(new TierLock(channel));
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot use the lock file " + file(state), refused);
    }
  }

  /** Who took the lock last; alive only while {@link #take} finds it taken. */
  public static OptionalLong lastHolder(StateFolder state) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file(state)).strip()));
    } catch (IOException | NumberFormatException neverTaken) {
      return OptionalLong.empty();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot release the tier's lock", refused);
    }
  }

  private static Path file(StateFolder state) {
    return state.run().resolve("lock");
  }
}
