package io.mooring.client;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which keys of a channel the application was told of, and from which messages, so that of a
 * snapshot it is told what is new to it, and nothing twice.
 */
final class Keys {
  /** As many as a server keeps; of channels without snapshots there may be more, to no use. */
  static final int MOST = 10_000;

  /**
   * The message that last told of a key.
   *
   * @param deleted whether it said that the key is gone
   */
  private record Mark(String epoch, long off, boolean deleted) {}

  private final Map<String, Mark> marks = new LinkedHashMap<>();

  /**
   * The application is told of a message.
   *
   * @param reconciling whether a snapshot is under way that may be older than the message, so that
   *     a deletion has to be remembered
   */
  void told(Message message, boolean reconciling) {
    message
        .key()
        .ifPresent(
            key -> {
              boolean deleted = message.data().isNull();
              if (deleted && !reconciling) {
                marks.remove(key);
              } else {
                mark(key, new Mark(message.epoch(), message.off(), deleted));
              }
            });
  }

  private void mark(String key, Mark mark) {
    // Again, so that the first ones are those that were told of longest ago.
    marks.remove(key);
    marks.put(key, mark);
    if (marks.size() > MOST) {
      Iterator<String> oldest = marks.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** The log was rolled back: the same offset may be another message now, in the same epoch too. */
  void distrust() {
    marks.replaceAll((key, mark) -> new Mark("", mark.off(), mark.deleted()));
  }

  /** What the snapshot says that the application does not know; from now on it does. */
  Reconciled reconcile(Snapshot snapshot) {
    List<Reconciled.Entry> changed = new ArrayList<>();
    List<String> deleted = new ArrayList<>();
    String epoch = snapshot.position().epoch();
    snapshot
        .entries()
        .forEach(
            (key, entry) -> {
              Mark mark = marks.get(key);
              boolean known =
                  mark != null && mark.epoch().equals(epoch) && mark.off() >= entry.off();
              if (known) {
                return;
              }
              if (!entry.data().isNull()) {
                changed.add(new Reconciled.Entry(key, entry.data(), entry.off()));
                mark(key, new Mark(epoch, entry.off(), false));
              } else if (mark != null) {
                marks.remove(key);
                if (!mark.deleted()) {
                  deleted.add(key);
                }
              }
            });
    marks
        .entrySet()
        .removeIf(
            known -> {
              Mark mark = known.getValue();
              boolean newer = mark.epoch().equals(epoch) && mark.off() > snapshot.position().off();
              boolean gone =
                  snapshot.full()
                      && snapshot.complete()
                      && !newer
                      && !snapshot.entries().containsKey(known.getKey());
              if (gone && !mark.deleted()) {
                deleted.add(known.getKey());
              }
              return gone || mark.deleted();
            });
    return new Reconciled(changed, deleted);
  }
}
