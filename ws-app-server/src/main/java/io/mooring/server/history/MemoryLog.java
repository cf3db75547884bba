package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;

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

/** One channel's log in memory. Belongs to the channel's home loop. */
final class MemoryLog {
  private static final byte[] DELETED = "null".getBytes(UTF_8);
  private static final long ONCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** What an entry costs beside its data, in bytes. */
  private static final int OVERHEAD = 128;

  private record Once(Position first, long until) {}

  private Position top = begin();

  /** Those from {@code first} on, without a hole, are the last ones of the log. */
  private final List<Delivery> entries = new ArrayList<>();

  private int first;
  private long entryBytes;
  private final SortedMap<String, Snapshot.Entry> keys = new TreeMap<>();
  private long keyBytes;
  private final Map<String, Once> onces = new LinkedHashMap<>();
  private String whole = "";
  private long published = System.nanoTime();
  private long used = published;

  /** Forgets what its time is over for; before anything else is asked of it. */
  void expire(Retention retention, long now) {
    long idle = now - published;
    if (idle > retention.ttl().toNanos()) {
      entries.clear();
      first = 0;
      entryBytes = 0;
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

  /** What it takes in memory, in bytes, about. */
  long bytes() {
    return entryBytes + keyBytes + (long) OVERHEAD * (1 + held() + keys.size() + onces.size());
  }

  /**
   * @throws SnapshotFullException if its key has no room; then nothing was done
   */
  MemoryHistory.Appended append(Publication publication, Retention retention, long now) {
    Iterator<Once> oldest = onces.values().iterator();
    while (oldest.hasNext() && oldest.next().until - now < 0) {
      oldest.remove();
    }
    String name = publication.by().path() + "/" + publication.dedupe();
    Once before = publication.dedupe().isEmpty() ? null : onces.get(name);
    if (before != null) {
      // They end with the log; an epoch that was renewed has kept offsets and tags.
      return new MemoryHistory.Appended(
          new Position(top.epoch(), before.first.off(), before.first.tag()), Optional.empty());
    }
    if (!publication.key().isEmpty()) {
      replace(publication, retention);
    }
    Position position = new Position(top.epoch(), top.off() + 1, publication.tag());
    Delivery delivery =
        new Delivery(
            position, top.tag(), publication.key(), publication.from(), publication.data());
    top = position;
    published = now;
    entries.add(delivery);
    entryBytes += delivery.data().length;
    while (held() > retention.size()) {
      trim();
    }
    if (!publication.dedupe().isEmpty()) {
      onces.remove(name);
      onces.put(name, new Once(position, now + ONCE_NANOS));
    }
    return new MemoryHistory.Appended(position, Optional.of(delivery));
  }

  /** Drops the oldest entry. */
  void trim() {
    entryBytes -= entries.get(first).data().length;
    first++;
    if (first > entries.size() / 2) {
      entries.subList(0, first).clear();
      first = 0;
    }
  }

  int held() {
    return entries.size() - first;
  }

  Excerpt read(long after, int messages, int bytes) {
    int index = index(after + 1);
    List<Delivery> found = new ArrayList<>();
    if (index >= 0) {
      long total = 0;
      for (int i = index; i < entries.size() && found.size() < messages; i++) {
        total += entries.get(i).data().length;
        if (total > bytes && !found.isEmpty()) {
          break;
        }
        found.add(entries.get(i));
      }
    }
    boolean more = !found.isEmpty() && found.getLast().position().off() < top.off();
    return new Excerpt(top, after, tag(after), held() == 0, more, List.copyOf(found));
  }

  Position renew(String epoch) {
    if (top.epoch().equals(epoch)) {
      top = new Position(Epochs.random(), top.off(), top.tag());
      List<Delivery> renewed = new ArrayList<>();
      for (Delivery old : entries.subList(first, entries.size())) {
        Position at = old.position();
        renewed.add(
            new Delivery(
                new Position(top.epoch(), at.off(), at.tag()),
                old.previousTag(),
                old.key(),
                old.from(),
                old.data()));
      }
      entries.clear();
      entries.addAll(renewed);
      first = 0;
    }
    return top;
  }

  Snapshot snapshot(@Nullable Position since) {
    boolean complete = whole.equals(top.epoch());
    if (since == null || !tells(since)) {
      return new Snapshot(top, complete, true, new TreeMap<>(keys));
    }
    SortedMap<String, Snapshot.Entry> changed = new TreeMap<>();
    for (int i = index(since.off() + 1); i >= 0 && i < entries.size(); i++) {
      Delivery delivery = entries.get(i);
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

  /** Where the entry of an offset is; -1 if it is not held. */
  private int index(long off) {
    long behind = top.off() - off;
    return behind >= 0 && behind < held() ? entries.size() - 1 - (int) behind : -1;
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
    return next >= 0 ? entries.get(next).previousTag() : Excerpt.NOT_HELD;
  }

  private static Position begin() {
    return new Position(Epochs.random(), 0, 0);
  }
}
