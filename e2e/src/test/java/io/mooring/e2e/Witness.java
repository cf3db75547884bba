package io.mooring.e2e;

import io.mooring.client.Listener;
import io.mooring.client.Member;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Writes down what a client is told of a room. */
final class Witness implements Listener {
  final List<String> events = new CopyOnWriteArrayList<>();
  private final Set<String> there = new TreeSet<>();

  @Override
  public synchronized void members(List<Member> members) {
    there.clear();
    members.forEach(member -> there.add(member.user()));
  }

  @Override
  public synchronized void joined(Member member) {
    there.add(member.user());
    events.add("joined " + member.user());
  }

  @Override
  public synchronized void left(Member member) {
    there.remove(member.user());
    events.add("left " + member.user());
  }

  synchronized Set<String> names() {
    return Set.copyOf(there);
  }

  Set<String> left() {
    return events.stream()
        .filter(event -> event.startsWith("left "))
        .map(event -> event.substring("left ".length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
