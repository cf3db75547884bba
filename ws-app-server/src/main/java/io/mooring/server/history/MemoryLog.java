package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One channel's log in memory. Belongs to the channel's strand. */
final class MemoryLog {
  private static final byte[] DELETED = "null".getBytes(UTF_8);
  private static final long ONCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** What a log, a key or a dedupe takes beside what it holds, in bytes. */
  private static final int OVERHEAD = 128;

  private record Once(Position first, long until) {}

  private Position top = begin();

  /**
   * The last ones of the log, without a hole: the key's length, key, sender's length, sender, data.
   */
  private final Records entries;

  /** The tag of the one before the first entry. */
  private long before;

  private final SortedMap<String, Snapshot.Entry> keys = new TreeMap<>();
  private long keyBytes;
  private final Map<String, Once> onces = new LinkedHashMap<>();
  private String whole = "";
  private long published = System.nanoTime();
  private long used = published;

  /**
   * @param chunks for its entries
   */
  MemoryLog(Chunks chunks) {
    this.entries = new Records(chunks);
  }

  /** Gives back the chunks of its entries; it is not used any more. */
  void end() {
    entries.clear();
  }

  /** Forgets what its time is over for; before anything else is asked of it. */
  void expire(Retention retention, long now) {
    long idle = now - published;
    if (idle > retention.ttl().toNanos()) {
      entries.clear();
    }
    Iterator<Once> oldest = onces.values().iterator();
    while (oldest.hasNext() && oldest.next().until - now < 0) {
      oldest.remove();
    }
    if (Math.min(idle, now - used) > retention.metaTtl().toNanos()) {
      top = begin();
      keys.clear();
      keyBytes = 0;
      onces.clear();
      published = now;
    }
  }

  /** Keeps all but the entries for another meta-ttl. */
  void use(long now) {
    used = now;
  }

  Position top() {
    return top;
  }

  /** What it takes in memory besides the chunks of its entries, in bytes, about. */
  long bytes() {
    return keyBytes + (long) OVERHEAD * (1 + keys.size() + onces.size());
  }

  /**
   * @throws SnapshotFullException if its key has no room; then nothing was done
   */
  MemoryHistory.Appended append(Publication publication, Retention retention, long now) {
    String name =
        publication.dedupe().isEmpty() ? "" : publication.by().path() + "/" + publication.dedupe();
    Once earlier = name.isEmpty() ? null : onces.get(name);
    if (earlier != null) {
      // They end with the log; an epoch that was renewed has kept offsets and tags.
      return new MemoryHistory.Appended(
          new Position(top.epoch(), earlier.first.off(), earlier.first.tag()), Optional.empty());
    }
    if (!publication.key().isEmpty()) {
      replace(publication, retention);
    }
    Position position = new Position(top.epoch(), top.off() + 1, publication.tag());
    Delivery delivery =
        new Delivery(
            position, top.tag(), publication.key(), publication.from(), publication.data());
    if (entries.isEmpty()) {
      before = top.tag();
    }
    top = position;
    published = now;
    entries.add(position.tag(), now, entry(delivery));
    while (held() > retention.size()) {
      trim();
    }
    if (!name.isEmpty()) {
      onces.remove(name);
      onces.put(name, new Once(position, now + ONCE_NANOS));
    }
    return new MemoryHistory.Appended(position, Optional.of(delivery));
  }

  /** Drops the oldest entry. */
  void trim() {
    before = entries.tag(0);
    entries.removeFirst();
  }

  int held() {
    return entries.size();
  }

  Excerpt read(long after, int messages, int bytes) {
    List<Delivery> found = new ArrayList<>();
    long total = 0;
    for (int i = index(after + 1); i >= 0 && i < held() && found.size() < messages; i++) {
      Delivery next = entry(i);
      total += next.data().length;
      if (total > bytes && !found.isEmpty()) {
        break;
      }
      found.add(next);
    }
    boolean more = !found.isEmpty() && found.getLast().position().off() < top.off();
    return new Excerpt(top, after, tag(after), held() == 0, more, List.copyOf(found));
  }

  /** Its entries stand in the new epoch, with the offsets and tags that they have. */
  Position renew(String epoch) {
    if (top.epoch().equals(epoch)) {
      top = new Position(Epochs.random(), top.off(), top.tag());
    }
    return top;
  }

  Snapshot snapshot(@Nullable Position since) {
    boolean complete = whole.equals(top.epoch());
    if (since == null || !tells(since)) {
      return new Snapshot(top, complete, true, new TreeMap<>(keys));
    }
    SortedMap<String, Snapshot.Entry> changed = new TreeMap<>();
    for (int i = index(since.off() + 1); i >= 0 && i < held(); i++) {
      Delivery delivery = entry(i);
      if (!delivery.key().isEmpty()) {
        changed.put(delivery.key(), new Snapshot.Entry(delivery.position().off(), delivery.data()));
      }
    }
    return new Snapshot(top, complete, false, changed);
  }

  boolean complete(String epoch) {
    if (!top.epoch().equals(epoch)) {
      return false;
    }
    whole = epoch;
    return true;
  }

  /** Whether the entries after a position are all that came after it. */
  private boolean tells(Position since) {
    if (!since.epoch().equals(top.epoch())) {
      return false;
    }
    return since.off() == top.off()
        ? since.tag() == top.tag()
        : index(since.off() + 1) >= 0 && tag(since.off()) == since.tag();
  }

  private void replace(Publication publication, Retention retention) {
    String key = publication.key();
    Snapshot.Entry old = keys.get(key);
    long keyLength = key.getBytes(UTF_8).length;
    long bytes = keyBytes - (old == null ? 0 : keyLength + old.data().length);
    if (Arrays.equals(publication.data(), DELETED)) {
      keys.remove(key);
      keyBytes = bytes;
      return;
    }
    if (old == null && keys.size() >= retention.keys()) {
      throw new SnapshotFullException(
          "the snapshot holds %d keys, and may hold %d".formatted(keys.size(), retention.keys()));
    }
    bytes += keyLength + publication.data().length;
    long most = retention.keyBytes().bytes();
    if (bytes > keyBytes && bytes > most) {
      throw new SnapshotFullException(
          "the snapshot would hold %d bytes, and may hold %d".formatted(bytes, most));
    }
    keys.put(key, new Snapshot.Entry(top.off() + 1, publication.data()));
    keyBytes = bytes;
  }

  private static byte[] entry(Delivery delivery) {
    byte[] key = delivery.key().getBytes(UTF_8);
    byte[] from = delivery.from().getBytes(UTF_8);
    byte[] data = delivery.data();
    return ByteBuffer.allocate(2 * Integer.BYTES + key.length + from.length + data.length)
        .putInt(key.length)
        .put(key)
        .putInt(from.length)
        .put(from)
        .put(data)
        .array();
  }

  private Delivery entry(int index) {
    ByteBuffer entry = ByteBuffer.wrap(entries.get(index));
    long off = top.off() - (held() - 1 - index);
    Position position = new Position(top.epoch(), off, entries.tag(index));
    String key = text(entry);
    String from = text(entry);
    byte[] data = new byte[entry.remaining()];
    entry.get(data);
    return new Delivery(position, index == 0 ? before : entries.tag(index - 1), key, from, data);
  }

  private static String text(ByteBuffer entry) {
    byte[] text = new byte[entry.getInt()];
    entry.get(text);
    return new String(text, UTF_8);
  }

  /** Where the entry of an offset is; -1 if it is not held. */
  private int index(long off) {
    long behind = top.off() - off;
    return behind >= 0 && behind < held() ? held() - 1 - (int) behind : -1;
  }

  /** The tag of the publication at an offset. */
  private long tag(long off) {
    if (off == 0) {
      return 0;
    }
    if (off == top.off()) {
      return top.tag();
    }
    int next = index(off + 1);
    if (next < 0) {
      return Excerpt.NOT_HELD;
    }
    return next == 0 ? before : entries.tag(next - 1);
  }

  private static Position begin() {
    return new Position(Epochs.random(), 0, 0);
  }
}
