package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a client tells its application, in the order in which it does. */
final class Logbook implements Listener, ClientListener {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<StateChange> changes = new CopyOnWriteArrayList<>();
  private final List<MooringException> errors = new CopyOnWriteArrayList<>();

  @Override
  public void message(Message message) {
    lines.add(message.off() + " " + message.data());
  }

  @Override
  public void subscribed(Subscribed subscribed) {
    lines.add(
        "subscribed at "
            + written(subscribed.position())
            + (subscribed.recovered() ? ", recovered " + subscribed.replayed() : ""));
  }

  @Override
  public void lost(Lost lost) {
    lines.add("lost by " + lost.reason() + ", at " + written(lost.position()));
  }

  @Override
  public void reconciled(Reconciled reconciled) {
    StringBuilder line = new StringBuilder("reconciled");
    reconciled
        .changed()
        .forEach(entry -> line.append(' ').append(entry.key()).append('=').append(entry.data()));
    reconciled.deleted().forEach(key -> line.append(" -").append(key));
    lines.add(line.toString());
  }

  @Override
  public void members(List<Member> members) {
    lines.add("members" + String.join("", members.stream().map(Logbook::written).toList()));
  }

  @Override
  public void joined(Member member) {
    lines.add("joined" + written(member));
  }

  @Override
  public void left(Member member) {
    lines.add("left" + written(member));
  }

  private static String written(Member member) {
    return " " + member.user() + member.info().map(info -> " " + info).orElse("");
  }

  @Override
  public void failed(String reason) {
    lines.add("failed: " + reason);
  }

  @Override
  public void ended(String reason) {
    lines.add("ended: " + reason);
  }

  @Override
  public void stateChanged(StateChange change) {
    changes.add(change);
  }

  @Override
  public void error(MooringException error) {
    errors.add(error);
  }

  private static String written(Position position) {
    return position.epoch() + ":" + position.off() + ":" + position.tag();
  }

  List<String> lines() {
    return lines;
  }

  List<State> states() {
    return changes.stream().map(StateChange::to).toList();
  }

  List<String> errors() {
    return errors.stream().map(MooringException::code).toList();
  }

  StateChange last() {
    return changes.getLast();
  }

  /** Waits until exactly these lines are written. */
  void awaitLines(String... expected) {
    await().untilAsserted(() -> assertEquals(List.of(expected), lines));
  }

  /** Waits for the client's latest state to be this one. */
  void awaitState(State state) {
    await().until(() -> !changes.isEmpty() && changes.getLast().to() == state);
  }
}
