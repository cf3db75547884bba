package io.mooring.server.presence;

import io.mooring.server.loop.Agenda;
import io.mooring.server.loop.Loop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those of one loop who look at the same room. What is said goes to all of them in rounds, in
 * portions, as there may be many, and the loop has others to serve. Belongs to the loop.
 */
final class Seats implements Agenda.Item {
  private static final Logger log = LoggerFactory.getLogger(Seats.class);

  private static final int PORTION = 16;
  private static final Onlooker[] NOBODY = {};

  private final String room;
  private final Loop loop;
  private final Set<Onlooker> onlookers = new LinkedHashSet<>();
  private final List<byte[]> waiting = new ArrayList<>();

  /** What is said in this round, and to whom. */
  private List<byte[]> said = List.of();

  private Onlooker[] round = NOBODY;
  private int served;
  private boolean listed;

  Seats(String room, Loop loop) {
    this.room = room;
    this.loop = loop;
  }

  Loop loop() {
    return loop;
  }

  void add(Onlooker onlooker, Page first) {
    assert loop.inside();
    onlookers.add(onlooker);
    onlooker.opened(first);
  }

  void remove(Onlooker onlooker) {
    assert loop.inside();
    onlookers.remove(onlooker);
  }

  /**
   * Says it to everyone who is here; one who comes later has seen it, and may hear it all the same.
   */
  void say(byte[] frames) {
    assert loop.inside();
    waiting.add(frames);
    if (!listed) {
      listed = true;
      loop.agenda().add(this);
    }
  }

  @Override
  public boolean isShort() {
    return Math.max(round.length - served, onlookers.size()) <= PORTION;
  }

  @Override
  public boolean advance() {
    assert loop.inside();
    if (served == round.length) {
      said = List.copyOf(waiting);
      waiting.clear();
      round = onlookers.toArray(NOBODY);
      served = 0;
    }
    int end = Math.min(round.length, served + PORTION);
    while (served < end) {
      serve(round[served++]);
    }
    if (served == round.length) {
      said = List.of();
      round = NOBODY;
      served = 0;
      listed = !waiting.isEmpty();
    }
    return listed;
  }

  private void serve(Onlooker onlooker) {
    try {
      // Whoever has left is not told the rest.
      for (int i = 0; i < said.size() && onlookers.contains(onlooker); i++) {
        onlooker.moved(said.get(i));
      }
    } catch (Throwable broken) {
      log.error("event=onlooker_failed room={}", room, broken);
    }
  }
}
