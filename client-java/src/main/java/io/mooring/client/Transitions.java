package io.mooring.client;

import static io.mooring.client.State.CLOSED;
import static io.mooring.client.State.CONNECTING;
import static io.mooring.client.State.IDLE;
import static io.mooring.client.State.MOVING;
import static io.mooring.client.State.OPEN;
import static io.mooring.client.State.WAITING;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The state machine of a client's connection, whole. */
final class Transitions {
  private static final Map<State, Map<Event, State>> TABLE =
      Map.of(
          IDLE,
          Map.of(
              Event.CONNECT, CONNECTING,
              Event.CLOSE, CLOSED),
          CONNECTING,
          Map.of(
              Event.OPENED, OPEN,
              Event.FAILED, WAITING,
              Event.OFFLINE, WAITING,
              Event.REFUSED, CLOSED,
              Event.CLOSE, CLOSED),
          OPEN,
          Map.of(
              Event.TOLD, MOVING,
              Event.FAILED, WAITING,
              Event.REFUSED, CLOSED,
              Event.CLOSE, CLOSED),
          MOVING,
          Map.of(
              Event.MOVED, OPEN,
              Event.TOLD, MOVING,
              Event.DUE, MOVING,
              Event.DROPPED, CONNECTING,
              Event.FAILED, WAITING,
              Event.REFUSED, CLOSED,
              Event.CLOSE, CLOSED),
          WAITING,
          Map.of(
              Event.DUE, CONNECTING,
              Event.ONLINE, CONNECTING,
              Event.OFFLINE, WAITING,
              Event.CLOSE, CLOSED),
          CLOSED,
          Map.of(Event.CONNECT, CONNECTING));

  /** What the application may say at any time, and what then means nothing. */
  private static final Map<State, Set<Event>> IGNORED =
      Map.of(
          IDLE, Set.of(Event.OFFLINE, Event.ONLINE),
          CONNECTING, Set.of(Event.CONNECT, Event.ONLINE),
          OPEN, Set.of(Event.CONNECT, Event.OFFLINE, Event.ONLINE),
          MOVING, Set.of(Event.CONNECT, Event.OFFLINE, Event.ONLINE),
          WAITING, Set.of(Event.CONNECT),
          CLOSED, Set.of(Event.CLOSE, Event.OFFLINE, Event.ONLINE));

  private Transitions() {}

  /**
   * The state after {@code event}; empty if the event means nothing in {@code state}.
   *
   * @throws IllegalStateException if the event cannot happen in {@code state}, which is a bug of
   *     this library
   */
  static Optional<State> after(State state, Event event) {
    State next = TABLE.getOrDefault(state, Map.of()).get(event);
    if (next == null && !IGNORED.getOrDefault(state, Set.of()).contains(event)) {
      throw new IllegalStateException(
          "the event " + event + " cannot happen in the state " + state + "; this is a bug");
    }
    return Optional.ofNullable(next);
  }
}
