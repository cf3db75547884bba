package io.mooring.e2e.crowd;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What happened to the sockets of a crowd, counted. Belongs to the crowd's loop. */
final class Tally {
  private final Map<String, Integer> closed = new TreeMap<>();
  private final Map<String, Integer> failed = new TreeMap<>();
  private final Map<String, Integer> subscriptionsFailed = new TreeMap<>();
  private final Map<String, Integer> reconnects = new TreeMap<>();
  private final Map<Cut, Integer> forced = new EnumMap<>(Cut.class);
  private final List<Long> back = new ArrayList<>();
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<Knock> knocks = new ArrayList<>();
  private final List<Long> slots = new ArrayList<>();
  private final Mistakes mistakes = new Mistakes();
  private final Pulse pulse = new Pulse(System.nanoTime());

  /**
   * A client that was greeted.
   *
   * @param why it came
   * @param server who greeted it
   * @param edge where it knocked
   * @param greetedAt when it was greeted, in monotonic nanoseconds
   */
  record Arrival(Why why, String server, URI edge, long greetedAt) {}

  /**
   * An attempt to be greeted, whatever came of it.
   *
   * @param openedAt when it began, in monotonic nanoseconds
   * @param slot at which the client was last told to come; 0 if it never was
   */
  record Knock(Why why, long openedAt, long slot) {}

  /** What brings a client. */
  enum Why {
    FIRST,
    /** Its socket had ended. */
    RETURN,
    /** It was told to reconnect, and its old socket is still there. */
    MOVE
  }

  /** A live socket that ended, and not by its client. */
  void closed(Ending ending) {
    closed.merge(ending.word(), 1, Integer::sum);
  }

  /** An attempt that did not lead to a hello. */
  void failed(Ending ending) {
    failed.merge(ending.word(), 1, Integer::sum);
  }

  void subscriptionFailed(String reason) {
    subscriptionsFailed.merge(reason, 1, Integer::sum);
  }

  /** A live socket was ended on purpose. */
  void forced(Cut cut) {
    forced.merge(cut, 1, Integer::sum);
  }

  void toldToReconnect(String reason) {
    reconnects.merge(reason, 1, Integer::sum);
  }

  /**
   * A client was told when to come.
   *
   * @param slot in monotonic nanoseconds
   */
  void slotGiven(long slot) {
    slots.add(slot);
  }

  void knocked(Knock knock) {
    knocks.add(knock);
  }

  /** To be called all the time, lest it be taken for a standstill. */
  void beat() {
    pulse.beat(System.nanoTime());
  }

  Mistakes mistakes() {
    return mistakes;
  }

  void arrived(Arrival arrival) {
    arrivals.add(arrival);
  }

  /** A client whose socket had ended has one again. */
  void back(long millis) {
    back.add(millis);
  }

  Report report() {
    List<Long> sorted = new ArrayList<>(back);
    Collections.sort(sorted);
    return new Report(
        new TreeMap<>(closed),
        new TreeMap<>(failed),
        new TreeMap<>(subscriptionsFailed),
        new TreeMap<>(reconnects),
        new TreeMap<>(forced),
        sorted,
        List.copyOf(arrivals),
        List.copyOf(knocks),
        List.copyOf(slots),
        pulse.standstills());
  }

  /** From here on, counts begin anew. */
  void clear() {
    closed.clear();
    failed.clear();
    subscriptionsFailed.clear();
    reconnects.clear();
    forced.clear();
    back.clear();
    arrivals.clear();
    knocks.clear();
    slots.clear();
    pulse.clear();
  }
}
