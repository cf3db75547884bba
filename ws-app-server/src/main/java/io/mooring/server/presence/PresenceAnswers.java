package io.mooring.server.presence;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads what the scripts answer. What is kept may have been written by others: whatever is not
 * theirs is an {@link IllegalArgumentException}.
 */
final class PresenceAnswers {
  /**
   * A room as it is kept.
   *
   * @param live the holders that were heard of lately, whatever the fleet says of them, with how
   *     many milliseconds ago
   * @param others the holders of users that are not among them
   */
  record Reading(Members members, Map<Holder, Long> live, Set<Holder> others) {}

  private PresenceAnswers() {}

  static String text(Object answer) {
    if (answer instanceof byte[] bytes) {
      return new String(bytes, UTF_8);
    }
    throw new IllegalArgumentException("a text was expected");
  }

  static List<String> texts(List<?> answer, int from) {
    List<String> texts = new ArrayList<>();
    for (Object one : answer.subList(from, answer.size())) {
      texts.add(text(one));
    }
    return texts;
  }

  /** Whether a script says what went wrong where it was asked of many. */
  static boolean isFailure(List<?> answer) {
    return answer.size() == 2 && answer.getFirst() == null;
  }

  static boolean isOne(Object answer) {
    return answer instanceof Long number && number == 1;
  }

  static Set<Holder> holders(List<?> answer) {
    Set<Holder> holders = new LinkedHashSet<>();
    for (Object one : answer) {
      holders.add(Holder.parse(text(one)));
    }
    return holders;
  }

  /** Holders, each followed by how long ago it was heard of, in milliseconds. */
  static Map<Holder, Long> speaking(List<?> answer) {
    Map<Holder, Long> speaking = new LinkedHashMap<>();
    for (int i = 0; i + 1 < answer.size(); i += 2) {
      if (!(answer.get(i + 1) instanceof Long millis)) {
        throw new IllegalArgumentException("a number was expected");
      }
      speaking.put(Holder.parse(text(answer.get(i))), millis);
    }
    return speaking;
  }

  static List<?> list(Object answer) {
    if (answer instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("a list was expected");
  }

  /**
   * @param answer empty if there is no room; else it begins with life and number
   */
  static Version version(List<?> answer) {
    return answer.isEmpty()
        ? Version.NONE
        : new Version(text(answer.get(0)), Long.parseLong(text(answer.get(1))));
  }

  /** What follows the version. */
  static List<?> rest(List<?> answer) {
    return answer.isEmpty() ? answer : answer.subList(2, answer.size());
  }

  /** What {@code members.lua} answers. */
  static Reading reading(List<?> answer) {
    if (answer.isEmpty()) {
      return new Reading(Members.NONE, Map.of(), Set.of());
    }
    Map<Holder, Long> live = speaking(list(answer.get(2)));
    Set<Holder> others = new LinkedHashSet<>();
    List<?> held = list(answer.get(3));
    Map<String, String> infos = new HashMap<>();
    List<?> infosOfUsers = list(answer.get(4));
    for (int i = 0; i + 1 < infosOfUsers.size(); i += 2) {
      infos.put(text(infosOfUsers.get(i)), text(infosOfUsers.get(i + 1)));
    }
    Map<String, Holder> known = new HashMap<>();
    List<Member> members = new ArrayList<>(held.size() / 2);
    for (int i = 0; i + 1 < held.size(); i += 2) {
      String user = text(held.get(i));
      Holder last = null;
      for (String one : text(held.get(i + 1)).split(" ")) {
        last = known.computeIfAbsent(one, Holder::parse);
        if (!live.containsKey(last)) {
          others.add(last);
        }
      }
      if (last != null) {
        members.add(new Member(user, last.server(), infos.getOrDefault(user, "")));
      }
    }
    return new Reading(new Members(version(answer), members), live, others);
  }
}
