package io.mooring.server.presence;

import io.mooring.server.loop.Agenda;
import io.mooring.server.loop.Loop;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those of one loop who look at the same room. What is said goes to all of them, in portions, as
 * there may be many, and the loop has others to serve. Belongs to the loop.
 */
final class Seats implements Agenda.Item {
  private static final Logger log = LoggerFactory.getLogger(Seats.class);

  private static final int PORTION = 16;
  private static final Onlooker[] NOBODY = {};
  private static final byte[] NOTHING = {};

  private final String room;
  private final Loop loop;
  private final Set<Onlooker> onlookers = new LinkedHashSet<>();

  /** What is being said, and to whom. */
  private byte[] said = NOTHING;

  private Onlooker[] round = NOBODY;
  private int served;
  private Runnable done = () -> {};

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
   * Says it to everyone who is here.
   *
   * @param said runs when all have been told; until then nothing else is said
   */
  void say(byte[] frames, Runnable said) {
    assert loop.inside();
    this.said = frames;
    done = said;
    round = onlookers.toArray(NOBODY);
    served = 0;
    loop.agenda().add(this);
  }

  @Override
  public boolean isShort() {
    return round.length - served <= PORTION;
  }

  @Override
  public boolean advance() {
    assert loop.inside();
    int end = Math.min(round.length, served + PORTION);
    while (served < end) {
      serve(round[served++]);
    }
    if (served < round.length) {
      return true;
    }
    said = NOTHING;
    round = NOBODY;
    served = 0;
    done.run();
    return false;
  }

  private void serve(Onlooker onlooker) {
    try {
      // Some have left meanwhile.
      if (onlookers.contains(onlooker)) {
        onlooker.moved(said);
      }
    } catch (Throwable broken) {
      log.error("event=onlooker_failed room={}", room, broken);
    }
  }
}
