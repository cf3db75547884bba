package io.mooring.server.connection;

import io.mooring.server.channel.Replay;
import io.mooring.server.channel.Update;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * What waits for one socket, in the order in which it leaves. Of the updates with one key of one
 * channel only the newest waits, at its own place: what comes before it there came before it, so
 * that offsets rise, and whoever has got up to some offset lacks nothing that is older and still
 * holds. Belongs to the connection's loop.
 */
final class Waiting {
  /** So much leaves at once, in bytes, unless one frame has more. */
  private static final int CHUNK = 64 << 10;

  private sealed interface Item {}

  /**
   * Any number of whole frames.
   *
   * @param live whether they are new to the client
   */
  private record Frames(ByteBuf bytes, boolean live) implements Item {}

  /** One frame that does not share its buffer with others, as it may be taken out again. */
  private record Single(byte[] frame) implements Item {}

  private record Slot(String channel, String key) {}

  /** What no newer one can take the place of has a key of its own. */
  private final SequencedMap<Object, Item> items = new LinkedHashMap<>();

  private int replayBytes;
  private int liveBytes;

  boolean isEmpty() {
    return items.isEmpty();
  }

  int replayBytes() {
    return replayBytes;
  }

  /** What waits and is new to the client, in bytes. */
  int liveBytes() {
    return liveBytes;
  }

  /**
   * @param frames whole frames; taken over
   */
  void replay(ByteBuf frames) {
    replayBytes += frames.readableBytes();
    items.putLast(new Object(), new Frames(frames, false));
  }

  /**
   * @param frames whole frames; taken over
   */
  void add(ByteBuf frames) {
    liveBytes += frames.readableBytes();
    items.putLast(new Object(), new Frames(frames, true));
  }

  /**
   * @param frame whole; not changed
   */
  void add(byte[] frame) {
    liveBytes += frame.length;
    items.putLast(new Object(), new Single(frame));
  }

  /** Whether an older update went for this one. */
  boolean add(String channel, Update update) {
    Object place = update.key().isEmpty() ? new Object() : new Slot(channel, update.key());
    liveBytes += update.frame().length;
    if (items.putLast(place, new Single(update.frame())) instanceof Single(byte[] older)) {
      liveBytes -= older.length;
      return true;
    }
    return false;
  }

  /** Takes out what leaves next, whole frames; there must be something. */
  ByteBuf take(ByteBufAllocator allocator) {
    return switch (first()) {
      case Frames frames -> cut(frames);
      case Single single -> gather(allocator);
    };
  }

  private ByteBuf cut(Frames from) {
    ByteBuf bytes = from.bytes;
    int length = Replay.wholeFrames(bytes, bytes.readerIndex(), CHUNK) - bytes.readerIndex();
    if (from.live) {
      liveBytes -= length;
    } else {
      replayBytes -= length;
    }
    ByteBuf chunk = bytes.readRetainedSlice(length);
    if (!bytes.isReadable()) {
      items.pollFirstEntry();
      bytes.release();
    }
    return chunk;
  }

  private ByteBuf gather(ByteBufAllocator allocator) {
    int room = 0;
    for (Item item : items.values()) {
      if (!(item instanceof Single(byte[] frame)) || room > 0 && room + frame.length > CHUNK) {
        break;
      }
      room += frame.length;
    }
    ByteBuf chunk = allocator.directBuffer(room);
    while (chunk.readableBytes() < room && first() instanceof Single(byte[] frame)) {
      chunk.writeBytes(frame);
      liveBytes -= frame.length;
      items.pollFirstEntry();
    }
    return chunk;
  }

  private Item first() {
    return Objects.requireNonNull(items.firstEntry()).getValue();
  }

  /** Drops everything. */
  void clear() {
    for (Item item : items.values()) {
      switch (item) {
        case Frames frames -> frames.bytes.release();
        case Single single -> {}
      }
    }
    items.clear();
    replayBytes = 0;
    liveBytes = 0;
  }
}
