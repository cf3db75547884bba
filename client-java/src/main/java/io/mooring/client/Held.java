package io.mooring.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Messages that wait for something, no more than a client can afford. */
final class Held {
  static final int MOST_MESSAGES = 1_000;
  static final int MOST_CHARACTERS = 1024 * 1024;

  private final Deque<Message> messages = new ArrayDeque<>();
  private int characters;

  /** Whether there was room for it; it is kept either way. */
  boolean add(Message message) {
    messages.add(message);
    characters += message.data().toString().length();
    return messages.size() <= MOST_MESSAGES && characters <= MOST_CHARACTERS;
  }

  List<Message> take() {
    List<Message> all = new ArrayList<>(messages);
    messages.clear();
    characters = 0;
    return all;
  }
}
