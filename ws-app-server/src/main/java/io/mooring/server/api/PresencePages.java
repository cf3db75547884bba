package io.mooring.server.api;

import io.helidon.common.parameters.Parameters;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mooring.server.access.Namespaces;
import io.mooring.server.presence.Audiences;
import io.mooring.server.presence.Member;
import io.mooring.server.presence.Page;
import io.mooring.server.presence.Presence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code presence/users/{id}} and {@code presence/rooms/{ch}}. */
final class PresencePages {
  static final int MOST_MEMBERS = 1_000;

  private static final int DEFAULT_MEMBERS = 100;

  /** All that is read for a page, at worst, in bytes. */
  private static final long ROOM_BYTES = 4L << 20;

  private static final String NAME = "[A-Za-z0-9._:@|~-]{1,128}";
  private static final Pattern ID = Pattern.compile(NAME);
  private static final Pattern MEMBER = Pattern.compile("(?:" + NAME + "/)?" + NAME);

  private final Callers callers;
  private final ChannelAccess access;
  private final Namespaces namespaces;
  private final Presence presence;
  private final Audiences audiences;
  private final boolean users;
  private final Room room;

  /**
   * @param users whether it is known who is online
   */
  PresencePages(
      Callers callers,
      ChannelAccess access,
      Namespaces namespaces,
      Presence presence,
      Audiences audiences,
      boolean users,
      Room room) {
    this.callers = callers;
    this.access = access;
    this.namespaces = namespaces;
    this.presence = presence;
    this.audiences = audiences;
    this.users = users;
    this.room = room;
  }

  /**
   * Whoever may publish may ask of anybody, within its tenant if it has one; others of themselves.
   */
  void user(ServerRequest request, ServerResponse response) throws InterruptedException {
    Caller caller = callers.reader(request);
    String id = request.path().pathParameters().get("id");
    if (!ID.matcher(id).matches()) {
      throw Problem.of(Status.BAD_REQUEST_400, "bad_user", "id", id, NAME).refusal();
    }
    Parameters query = request.query();
    Since.expectOnly(query, Set.of("tenant"));
    Optional<String> tenant = tenant(caller, query);
    if (!caller.writes() && !(caller.isUser() && caller.name().equals(id))) {
      throw Problem.of(
              Status.FORBIDDEN_403,
              "forbidden",
              "id",
              id,
              "the token's own user, unless its role is publisher or admin")
          .refusal();
    }
    if (!users) {
      throw Problem.of(
              Status.NOT_FOUND_404, "no_presence", "id", id, "a server with user-presence: true")
          .refusal();
    }
    String member = tenant.map(of -> of + "/" + id).orElse(id);
    Set<String> servers = Stages.await(presence.servers(member));
    Json.send(
        response,
        Json.of(
            json -> {
              json.writeStringField("user", member);
              json.writeBooleanField("online", !servers.isEmpty());
              json.writeArrayFieldStart("servers");
              for (String server : servers.stream().sorted().toList()) {
                json.writeString(server);
              }
              json.writeEndArray();
            }));
  }

  private static Optional<String> tenant(Caller caller, Parameters query) {
    Optional<String> asked = query.all("tenant", List::of).stream().findFirst();
    asked
        .filter(tenant -> !ID.matcher(tenant).matches())
        .ifPresent(
            tenant -> {
              throw Problem.of(Status.BAD_REQUEST_400, "bad_request", "tenant", tenant, NAME)
                  .refusal();
            });
    Optional<String> own = caller.tenant();
    boolean anyones = own.isEmpty() && caller.writes();
    if (asked.isPresent() && !asked.equals(own) && !anyones) {
      throw Problem.of(
              Status.FORBIDDEN_403,
              "forbidden",
              "tenant",
              asked.get(),
              "the tenant of the token, or none")
          .refusal();
    }
    return asked.or(() -> own);
  }

  void room(ServerRequest request, ServerResponse response) throws InterruptedException {
    Caller caller = callers.reader(request);
    String channel = request.path().pathParameters().get("ch");
    access.read(caller, channel);
    Parameters query = request.query();
    Since.expectOnly(query, Set.of("after", "limit"));
    String after = query.all("after", List::of).stream().findFirst().orElse("");
    if (!after.isEmpty() && !MEMBER.matcher(after).matches()) {
      throw Problem.of(Status.BAD_REQUEST_400, "bad_request", "after", after, MEMBER.pattern())
          .refusal();
    }
    int limit = Since.limit(query, DEFAULT_MEMBERS, MOST_MEMBERS);
    if (!namespaces.presence(channel)) {
      throw Problem.of(
              Status.NOT_FOUND_404,
              "no_presence",
              "ch",
              channel,
              "a channel of a namespace with presence: true")
          .refusal();
    }
    Json.send(response, json(channel, page(channel, after, limit)));
  }

  /** From memory if this server tells sockets of the room; else the whole of it is read. */
  private Page page(String channel, String after, int limit) throws InterruptedException {
    Optional<Page> known = Stages.await(audiences.page(channel, after, limit));
    if (known.isPresent()) {
      return known.get();
    }
    try (Room.Place held = room.take(ROOM_BYTES)) {
      List<Member> all = Stages.await(presence.members(channel)).members();
      return Page.of(all, after, limit);
    }
  }

  private static byte[] json(String channel, Page page) {
    return Json.of(
        json -> {
          json.writeStringField("ch", channel);
          json.writeNumberField("count", page.count());
          json.writeArrayFieldStart("members");
          for (Map.Entry<String, String> member : page.members().entrySet()) {
            json.writeStartObject();
            json.writeStringField("user", member.getKey());
            if (!member.getValue().isEmpty()) {
              json.writeFieldName("info");
              json.writeRawValue(member.getValue());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          if (page.next().isPresent()) {
            json.writeStringField("next", page.next().get());
          }
        });
  }
}
