package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a channel, as the socket that was answered last says it. When another one is answered,
 * it says who is there now; what has changed is told like any other change. Belongs to the client's
 * order.
 */
final class Members {
  private static final long NONE = -1;

  private final String channel;
  private final Listener listener;
  private final Consumer<Runnable> call;
  private final Map<String, Member> all = new LinkedHashMap<>();

  /** Those of before, of whom the source has said nothing yet. */
  private final Set<String> doubted = new HashSet<>();

  private @Nullable Session source;
  private long request = NONE;

  /** Whether all have been known once. */
  private boolean known;

  /**
   * @param call calls the application
   */
  Members(String channel, Listener listener, Consumer<Runnable> call) {
    this.channel = channel;
    this.listener = listener;
    this.call = call;
  }

  /** The socket's answer to the subscription. */
  void begin(Session session, JsonNode subbed) {
    if (subbed.has("members")) {
      source = session;
      doubted.clear();
      doubted.addAll(all.keySet());
      take(session, subbed);
    }
  }

  /** A page that was asked for. */
  void page(Session session, JsonNode page) {
    if (session == source && page.path("id").asLong(NONE) == request) {
      take(session, page);
    }
  }

  void joined(Session session, JsonNode message) {
    if (session == source) {
      join(Member.of(message));
    }
  }

  void left(Session session, JsonNode message) {
    if (session == source) {
      leave(Member.of(message).user());
    }
  }

  private void take(Session session, JsonNode page) {
    page.path("members").forEach(member -> join(Member.of(member)));
    if (page.has("next") && saysWhatIsKnown(page)) {
      // So would the other pages.
      doubted.clear();
    } else if (page.has("next")) {
      request = session.nextId();
      session.request(Frames.members(request, channel, page.path("next").asText()));
      return;
    }
    request = NONE;
    List<String> gone = List.copyOf(doubted);
    doubted.clear();
    gone.forEach(this::leave);
    if (!known) {
      known = true;
      List<Member> members = List.copyOf(all.values());
      call.accept(() -> listener.members(members));
    }
  }

  private boolean saysWhatIsKnown(JsonNode page) {
    return page.path("count").asInt(-1) == all.size()
        && page.path("digest").asLong(-1) == Digest.of(all.keySet());
  }

  private void join(Member member) {
    doubted.remove(member.user());
    if (all.putIfAbsent(member.user(), member) == null && known) {
      call.accept(() -> listener.joined(member));
    }
  }

  private void leave(String user) {
    doubted.remove(user);
    Member member = all.remove(user);
    if (member != null && known) {
      call.accept(() -> listener.left(member));
    }
  }
}
