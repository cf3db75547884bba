package io.mooring.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One channel on one socket: from where it is whole, how far it has come, and whether it carries on
 * from what the application has.
 */
final class Feed {
  /**
   * What a server cannot give.
   *
   * @param snapshot whether the channel's snapshot makes up for it
   */
  record Loss(String reason, boolean snapshot) {
    /** The log is another one, so that offsets say nothing. */
    boolean anotherLog() {
      return reason.equals("epoch_changed");
    }
  }

  private final Session session;
  private final long id;
  private final @Nullable Position asked;
  private final Held held = new Held();
  private @Nullable Position start;
  private @Nullable Position at;
  private @Nullable Position goal;
  private Optional<Loss> loss = Optional.empty();
  private boolean conflate;
  private boolean joined;

  /**
   * @param id of the request
   * @param asked the position from which it shall go on; null for whatever comes
   */
  Feed(Session session, long id, @Nullable Position asked) {
    this.session = session;
    this.id = id;
    this.asked = asked;
  }

  Session session() {
    return session;
  }

  long id() {
    return id;
  }

  @Nullable Position asked() {
    return asked;
  }

  Held held() {
    return held;
  }

  /** It is whole from {@code position} on, after what {@code missing} says. */
  void begin(Position position, Optional<Loss> missing) {
    start = position;
    at = position;
    loss = missing;
    joined = false;
    // What it brought before that is not followed by what it brings now.
    held.take();
  }

  boolean answered() {
    return start != null;
  }

  /** From where on it is whole; null before the answer. */
  @Nullable Position start() {
    return start;
  }

  /** The last message that it brought; null before the answer. */
  @Nullable Position at() {
    return at;
  }

  void reach(Position position) {
    at = position;
  }

  Optional<Loss> loss() {
    return loss;
  }

  boolean conflate() {
    return conflate;
  }

  void conflate(boolean told) {
    conflate = told;
  }

  /** Whether what it brings goes to the application. */
  boolean joined() {
    return joined;
  }

  /**
   * It carries on from what the application has.
   *
   * @param had where the application is
   */
  void join(Position had) {
    joined = true;
    loss = Optional.empty();
    goal = had;
  }

  void part() {
    joined = false;
  }

  /**
   * Whether it carries on from {@code had} without a hole.
   *
   * @param alone whether no other socket carries the channel
   */
  boolean continues(Position had, boolean alone) {
    Position from = start;
    if (from == null || !from.epoch().equals(had.epoch()) || from.off() > had.off()) {
      return false;
    }
    if (from.off() == had.off()) {
      return from.tag() == had.tag();
    }
    // It begins before. After a loss that may be a log which was rolled back; only if another
    // socket has gone on since the question it is what this one will bring, too.
    return loss.isEmpty() || (!alone && !loss.get().anotherLog());
  }

  /** Whether another socket may yet bring what is missing before its start. */
  boolean mayBeBridged(Position had) {
    Position from = start;
    return from != null
        && from.epoch().equals(had.epoch())
        && from.off() > had.off()
        && !loss.map(Loss::anotherLog).orElse(false);
  }

  /**
   * Whether the application needs no other socket for the channel. Where less may come than was
   * published, only once it has come as far as the application was when it joined.
   */
  boolean carries() {
    Position now = at;
    Position then = goal;
    return joined
        && (!conflate
            || now == null
            || then == null
            || !now.epoch().equals(then.epoch())
            || now.off() >= then.off());
  }
}
