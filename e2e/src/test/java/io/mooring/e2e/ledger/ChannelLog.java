package io.mooring.e2e.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A channel's log as everybody together saw it. An epoch normally has one branch; a log that was
 * rolled back and went on gives the same offsets to other messages, which begins another.
 */
final class ChannelLog {
  private final Map<String, List<Branch>> epochs = new LinkedHashMap<>();

  /** What one life of the log holds, in one of its histories. */
  static final class Branch {
    private final Map<Long, Entry> entries = new HashMap<>();
    private final @Nullable Branch parent;
    private long base = Long.MAX_VALUE;

    Branch(@Nullable Branch parent) {
      this.parent = parent;
    }

    /** The first offset that is this branch's own; what lies before it is its parent's. */
    long base() {
      return parent == null ? 0 : base;
    }

    /** The branch that held {@code off} when this one was the newest. */
    Branch at(long off) {
      return off >= base() || parent == null ? this : parent.at(off);
    }
  }

  private record Entry(long tag, Publication publication) {}

  /**
   * Where a message stands.
   *
   * @param contradicted the other message that stood there before, if there was one
   * @param sameTag whether that one has even the same tag, which no rollback explains
   */
  record Place(Branch branch, Optional<Publication> contradicted, boolean sameTag) {}

  Place put(Position position, Publication publication) {
    List<Branch> branches =
        epochs.computeIfAbsent(
            position.epoch(), epoch -> new ArrayList<>(List.of(new Branch(null))));
    Entry entry = new Entry(position.tag(), publication);
    boolean sameTag = false;
    for (Branch branch : branches) {
      Entry there = branch.entries.get(position.off());
      if (entry.equals(there)) {
        return new Place(branch, Optional.empty(), false);
      }
      sameTag |= there != null && there.tag() == entry.tag();
    }
    Branch newest = branches.getLast();
    Entry there = newest.entries.get(position.off());
    if (there != null) {
      newest = new Branch(newest);
      branches.add(newest);
    }
    newest.entries.put(position.off(), entry);
    newest.base = Math.min(newest.base, position.off());
    return new Place(newest, Optional.ofNullable(there).map(Entry::publication), sameTag);
  }
}
