package io.mooring.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The whole registry as it was read in one step.
 *
 * @param past the tag that the stream holds for the revision at which the reader stood; "" when it
 *     holds none
 * @param oldest the lowest revision in the stream; 0 when that is empty
 * @param raised the revision to which the registry was raised last, after it had lost some; 0 for
 *     never
 * @param restored the newest revision at which everything that anybody remembered stood in the
 *     registry again; 0 for never
 * @param hashes server_id → hash, not yet parsed
 */
record Whole(
    Position position,
    String past,
    long oldest,
    long raised,
    long restored,
    Map<String, Map<String, String>> hashes) {
  /** Reads the answer of {@code whole.lua}. */
  static Whole of(List<Object> answer) {
    Iterator<Object> parts = answer.iterator();
    Position position = new Position(text(parts), Long.parseLong(text(parts)), text(parts));
    String past = text(parts);
    long oldest = Long.parseLong(text(parts));
    long raised = Long.parseLong(text(parts));
    long restored = Long.parseLong(text(parts));
    Map<String, Map<String, String>> hashes = new HashMap<>();
    while (parts.hasNext()) {
      String id = text(parts);
      hashes.put(id, hash(parts.next()));
    }
    return new Whole(position, past, oldest, raised, restored, hashes);
  }

  private static String text(Iterator<Object> parts) {
    return parts.next().toString();
  }

  private static Map<String, String> hash(Object pairs) {
    List<String> texts = new ArrayList<>();
    if (pairs instanceof List<?> list) {
      list.forEach(part -> texts.add(String.valueOf(part)));
    }
    Map<String, String> hash = new HashMap<>();
    for (int i = 0; i + 1 < texts.size(); i += 2) {
      hash.put(texts.get(i), texts.get(i + 1));
    }
    return hash;
  }
}
