package io.mooring.e2e.ledger;

import io.mooring.e2e.ledger.ChannelLog.Branch;
import io.mooring.e2e.ledger.ChannelLog.Place;
import io.mooring.e2e.ledger.Reader.Stored;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was sent, acknowledged, delivered and told. Order, phantoms and contradictions
 * are judged as they come, so that a delivery costs no memory; what is missing, in the end.
 *
 * <p>Used by one thread.
 */
public final class Ledger {
  private static final int IN_FULL = 20;

  private final LongSupplier clock;
  private final boolean rollbacks;
  private final Map<Publication, Intent> intents = new HashMap<>();
  private final Map<String, ChannelLog> logs = new HashMap<>();
  private final Map<String, List<Stored>> stored = new HashMap<>();
  private final Map<String, List<Reader>> readers = new HashMap<>();

  /** By channel and epoch. */
  private final Map<String, Map<String, Long>> highest = new HashMap<>();

  private final Map<String, Integer> refused = new TreeMap<>();
  private final Map<String, Integer> resumes = new TreeMap<>();
  private final Map<String, Integer> told = new TreeMap<>();
  private final Map<Violation.Kind, Integer> counts = new EnumMap<>(Violation.Kind.class);
  private final List<Violation> violations = new ArrayList<>();
  private int acknowledged;
  private long deliveries;

  private static final class Intent {
    final String channel;
    final long at;
    @Nullable Position position;
    @Nullable Branch branch;

    Intent(String channel, long at) {
      this.channel = channel;
      this.at = at;
    }
  }

  /**
   * @param rollbacks whether the fault takes acknowledged messages out of the log, so that offsets
   *     are given again; every subscriber must then be told
   * @param clock nanoseconds, monotonic
   */
  public Ledger(boolean rollbacks, LongSupplier clock) {
    this.rollbacks = rollbacks;
    this.clock = clock;
  }

  /** About to be sent. */
  public void intended(Publication publication, String channel) {
    intents.put(publication, new Intent(channel, clock.getAsLong()));
  }

  /** Answered with the place that it was given. */
  public void acknowledged(Publication publication, Position position) {
    Intent intent = intents.get(publication);
    if (intent == null) {
      violated(Violation.Kind.PHANTOM, "an answer to %s".formatted(publication));
      return;
    }
    acknowledged++;
    highest
        .computeIfAbsent(intent.channel, channel -> new HashMap<>())
        .merge(position.epoch(), position.off(), Math::max);
    Branch branch = seen(intent.channel, position, publication);
    stored
        .computeIfAbsent(intent.channel, channel -> new ArrayList<>())
        .add(new Stored(publication, position, branch, intent.at, now()));
  }

  /** The highest offset that a publication was given in this epoch; 0 if none was. */
  public long acknowledged(String channel, String epoch) {
    return highest.getOrDefault(channel, Map.of()).getOrDefault(epoch, 0L);
  }

  /** Answered with an error: it may not have been done, and its publisher knows. */
  public void refused(String code) {
    refused.merge(code, 1, Integer::sum);
  }

  /** A new subscriber's page. */
  public Reader reader(String name, String channel) {
    Reader reader = new Reader(this, name, channel);
    readers.computeIfAbsent(channel, any -> new ArrayList<>()).add(reader);
    return reader;
  }

  /** Judges who has what; to be called when nothing is under way any more. */
  public Verdict verdict() {
    long toldAbout = 0;
    readers.values().forEach(all -> all.forEach(Reader::settle));
    for (Map.Entry<String, List<Stored>> channel : stored.entrySet()) {
      for (Reader reader : readers.getOrDefault(channel.getKey(), List.of())) {
        for (Stored message : channel.getValue()) {
          switch (reader.standing(message)) {
            case HAS_IT -> {}
            case WAS_TOLD -> toldAbout++;
            case MISSES_IT -> missed(Violation.Kind.SILENT_LOSS, reader, message);
            case MISSES_IT_AND_RESUMED -> missed(Violation.Kind.INCOMPLETE_RESUME, reader, message);
          }
        }
      }
    }
    return new Verdict(
        List.copyOf(violations),
        new LinkedHashMap<>(counts),
        intents.size(),
        acknowledged,
        new TreeMap<>(refused),
        deliveries,
        resumes(),
        new TreeMap<>(told),
        toldAbout);
  }

  private void missed(Violation.Kind kind, Reader reader, Stored message) {
    violated(
        kind, "%s misses %s at %s".formatted(reader, message.publication(), message.position()));
  }

  /** What became of resumes so far, by what the server called them. */
  public Map<String, Integer> resumes() {
    return new TreeMap<>(resumes);
  }

  /** Losses that subscribers were told of so far, by reason. */
  public Map<String, Integer> told() {
    return new TreeMap<>(told);
  }

  long now() {
    return clock.getAsLong();
  }

  boolean rollbacks() {
    return rollbacks;
  }

  void counted() {
    deliveries++;
  }

  void resumed(String outcome) {
    resumes.merge(outcome, 1, Integer::sum);
  }

  void told(String reason) {
    told.merge(reason, 1, Integer::sum);
  }

  /** Notes that a message stands at a place, and returns the history that it stands in. */
  Branch seen(String channel, Position position, Publication publication) {
    Place place = logs.computeIfAbsent(channel, any -> new ChannelLog()).put(position, publication);
    place
        .contradicted()
        .filter(other -> !rollbacks || place.sameTag())
        .ifPresent(
            other ->
                violated(
                    Violation.Kind.TWO_CONTENTS,
                    "%s of %s is %s and %s".formatted(position, channel, other, publication)));
    Intent intent = intents.get(publication);
    if (intent == null || !intent.channel.equals(channel)) {
      violated(Violation.Kind.PHANTOM, "%s at %s of %s".formatted(publication, position, channel));
      return place.branch();
    }
    Position first = intent.position;
    if (first == null) {
      intent.position = position;
      intent.branch = place.branch();
    } else if (!first.equals(position) || intent.branch != place.branch()) {
      if (renamed(first, position)) {
        return place.branch();
      }
      violated(
          Violation.Kind.TWICE,
          "%s stands at %s and at %s of %s".formatted(publication, first, position, channel));
    }
    return place.branch();
  }

  /** A log that was rolled back gets a new epoch, in which its messages keep their places. */
  private boolean renamed(Position first, Position position) {
    return rollbacks
        && first.off() == position.off()
        && first.tag() == position.tag()
        && !first.epoch().equals(position.epoch());
  }

  void violated(Violation.Kind kind, String what) {
    counts.merge(kind, 1, Integer::sum);
    if (violations.size() < IN_FULL) {
      violations.add(new Violation(kind, what));
    }
  }
}
