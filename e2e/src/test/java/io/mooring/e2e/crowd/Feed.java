package io.mooring.e2e.crowd;

import io.mooring.e2e.ledger.Position;
import io.mooring.e2e.ledger.Publication;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one wire says of one channel. */
final class Feed {
  /** What is no place at all: the request was not answered yet. */
  private static final Position NOWHERE = new Position("", 0, 0);

  private final @Nullable Position asked;
  private Position start = NOWHERE;
  private Position at = NOWHERE;
  private String gap = "";
  private long owed;
  private boolean answered;
  private boolean conflated;
  private final List<Message> held = new ArrayList<>();

  record Message(Position position, Publication publication) {}

  /**
   * @param asked what it was asked to go on from; null for a first subscription
   */
  Feed(@Nullable Position asked) {
    this.asked = asked;
  }

  /**
   * The answer to the request.
   *
   * @param gap why it does not go on from what was asked; empty if it does
   * @param replayed how many messages come first that are not new
   * @param conflated whether some of those that are new may be left out
   */
  void answered(Position position, String gap, long replayed, boolean conflated) {
    begin(position, gap);
    this.conflated = conflated;
    owed = position.off() + replayed;
    answered = true;
  }

  /** It is live again from {@code position} on; what was held is of no use any more. */
  void begin(Position position, String gap) {
    this.start = position;
    this.at = position;
    this.gap = gap;
    this.owed = 0;
    held.clear();
  }

  boolean answered() {
    return answered;
  }

  @Nullable Position asked() {
    return asked;
  }

  Position start() {
    return start;
  }

  /** The place of the last message that it brought, or where it began. */
  Position at() {
    return at;
  }

  String gap() {
    return gap;
  }

  long owed() {
    return owed;
  }

  /** The next message; whether it is the one that follows. */
  boolean brought(Message message) {
    long expected = at.off() + 1;
    boolean mayBeLater = conflated && expected > owed;
    boolean follows =
        message.position().off() == expected || (mayBeLater && message.position().off() > expected);
    at = message.position();
    return follows;
  }

  void hold(Message message) {
    held.add(message);
  }

  List<Message> held() {
    return held;
  }

  /**
   * Whether it has {@code position} itself, tag and all, so that what follows it there follows; or
   * has passed it where it may have left it out.
   */
  boolean has(Position position) {
    if (start.equals(position)) {
      return true;
    }
    if (conflated
        && at.epoch().equals(position.epoch())
        && start.off() < position.off()
        && at.off() > position.off()) {
      return true;
    }
    for (int i = held.size() - 1; i >= 0; i--) {
      if (held.get(i).position().equals(position)) {
        return true;
      }
    }
    return false;
  }
}
