package io.mooring.server.api;

import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mooring.server.channel.Hub;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Gap;
import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.history.Snapshot;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** {@code channels/{ch}}, its history and its snapshot. */
final class ChannelPages {
  static final int MOST_MESSAGES = 1_000;

  private static final int DEFAULT_MESSAGES = 100;
  private static final int MOST_BYTES = 1 << 20;

  /** What is read, and twice the page that is made of it. */
  private static final int COPIES = 3;

  private static final int MOST_BODY = 1_024;
  private static final Pattern EPOCH = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern LIST = Pattern.compile("\\s*,\\s*");

  private final Callers callers;
  private final ChannelAccess access;
  private final History history;
  private final Snapshots snapshots;
  private final Hub hub;
  private final Room room;

  ChannelPages(Callers callers, ChannelAccess access, History history, Hub hub, Room room) {
    this.callers = callers;
    this.access = access;
    this.history = history;
    this.snapshots = new Snapshots(history, room, ChannelPages::page);
    this.hub = hub;
    this.room = room;
  }

  void top(ServerRequest request, ServerResponse response) throws InterruptedException {
    Caller caller = callers.reader(request);
    String channel = channel(request);
    Retention retention = access.read(caller, channel);
    Since.expectOnly(request.query(), Set.of());
    CompletionStage<Integer> subscribers = hub.countSubscribers(channel);
    Position top = Stages.await(history.top(channel, retention));
    int here = Stages.await(subscribers);
    Json.send(
        response,
        Json.of(
            json -> {
              json.writeStringField("ch", channel);
              Json.position(json, top);
              json.writeNumberField("subscribers_here", here);
            }));
  }

  /** What follows a position, or else what is newest. */
  void history(ServerRequest request, ServerResponse response) throws InterruptedException {
    Caller caller = callers.reader(request);
    String channel = channel(request);
    Retention retention = access.read(caller, channel);
    Parameters query = request.query();
    Since.expectOnly(query, Set.of("since", "limit"));
    Optional<Position> since = Since.of(query);
    int limit = Since.limit(query, DEFAULT_MESSAGES, MOST_MESSAGES);
    try (Room.Place held = room.take((long) COPIES * MOST_BYTES)) {
      Excerpt excerpt;
      if (since.isPresent()) {
        excerpt = read(channel, since.get().off(), limit, retention);
        expectContinued(since.get(), excerpt);
      } else {
        excerpt = newest(channel, limit, retention);
      }
      Json.send(response, page(excerpt));
    }
  }

  /** From as far back as the log holds them: less far than its size, once it was idle. */
  private Excerpt newest(String channel, int limit, Retention retention)
      throws InterruptedException {
    Position top = Stages.await(history.top(channel, retention));
    // Fewer than asked for, where the log does not promise to hold as many.
    long notHeld = Math.max(0, top.off() - Math.min(limit, retention.size()));
    Excerpt excerpt = read(channel, notHeld, limit, retention);
    if (!excerpt.deliveries().isEmpty() || excerpt.empty()) {
      return excerpt;
    }
    long held = top.off();
    while (held - notHeld > 1) {
      long between = (notHeld + held) / 2;
      if (read(channel, between, 1, retention).deliveries().isEmpty()) {
        notHeld = between;
      } else {
        held = between;
      }
    }
    return read(channel, held, limit, retention);
  }

  private Excerpt read(String channel, long after, int limit, Retention retention)
      throws InterruptedException {
    return Stages.await(history.read(channel, after, limit, MOST_BYTES, retention));
  }

  private static void expectContinued(Position since, Excerpt excerpt) {
    Gap gap = excerpt.gapSince(since).orElse(Gap.TOO_MANY);
    Status status =
        switch (gap) {
          // More than a page: the next one follows.
          case TOO_MANY -> null;
          case EPOCH_CHANGED -> Status.CONFLICT_409;
          case TRIMMED, TTL_EXPIRED -> Status.GONE_410;
          case LOG_UNAVAILABLE -> Status.SERVICE_UNAVAILABLE_503;
        };
    if (status != null) {
      throw Problem.of(
              status,
              gap.word(),
              "since",
              written(since),
              "a position whose successors the log still holds; begin anew from the snapshot, the"
                  + " log is at "
                  + written(excerpt.top()))
          .refusal();
    }
  }

  private static byte[] page(Excerpt excerpt) {
    String epoch = excerpt.top().epoch();
    return Json.of(
        json -> {
          Json.position(json, excerpt.top());
          json.writeBooleanField("more", excerpt.more());
          json.writeArrayFieldStart("publications");
          for (Delivery delivery : excerpt.deliveries()) {
            json.writeStartObject();
            Json.position(
                json, new Position(epoch, delivery.position().off(), delivery.position().tag()));
            if (!delivery.key().isEmpty()) {
              json.writeStringField("key", delivery.key());
            }
            if (!delivery.from().isEmpty()) {
              json.writeStringField("from", delivery.from());
            }
            Json.data(json, delivery.data());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  void snapshot(ServerRequest request, ServerResponse response) throws InterruptedException {
    Caller caller = callers.reader(request);
    String channel = channel(request);
    Retention retention = access.read(caller, channel);
    Since.expectOnly(request.query(), Set.of("since"));
    Optional<Position> since = Since.of(request.query());
    Snapshots.Page page = snapshots.read(channel, since.orElse(null), retention);
    // Who reads slowly keeps it for long.
    try (Room.Place held = room.take(page.body().length)) {
      response.header(HeaderNames.ETAG, page.tag());
      if (isKnown(request, page.tag())) {
        response.status(Status.NOT_MODIFIED_304).send();
      } else {
        Json.send(response, page.body());
      }
    }
  }

  /** For one URL: another query is another resource. */
  private static String entityTag(Snapshot snapshot) {
    return "\"%s%s%s\""
        .formatted(
            written(snapshot.position()),
            snapshot.complete() ? ":complete" : "",
            snapshot.full() ? ":full" : "");
  }

  private static boolean isKnown(ServerRequest request, String tag) {
    for (String line : request.headers().all(HeaderNames.IF_NONE_MATCH, java.util.List::of)) {
      for (String one : LIST.split(line.strip(), -1)) {
        if (one.equals("*") || one.equals(tag) || one.equals("W/" + tag)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Snapshots.Page page(Snapshot snapshot) {
    return new Snapshots.Page(entityTag(snapshot), written(snapshot));
  }

  private static byte[] written(Snapshot snapshot) {
    return Json.of(
        json -> {
          Json.position(json, snapshot.position());
          json.writeBooleanField("complete", snapshot.complete());
          json.writeBooleanField("full", snapshot.full());
          json.writeObjectFieldStart("entries");
          for (Map.Entry<String, Snapshot.Entry> entry : snapshot.entries().entrySet()) {
            json.writeObjectFieldStart(entry.getKey());
            json.writeNumberField("off", entry.getValue().off());
            Json.data(json, entry.getValue().data());
            json.writeEndObject();
          }
          json.writeEndObject();
        });
  }

  /** A publisher has written everything that belongs to the snapshot, in this epoch. */
  void complete(ServerRequest request, ServerResponse response)
      throws IOException, InterruptedException {
    Caller caller = callers.writer(request);
    String channel = channel(request);
    Retention retention = access.publish(caller, channel);
    Since.expectOnly(request.query(), Set.of());
    String epoch = Draft.member(Body.read(request, MOST_BODY), "epoch");
    if (!EPOCH.matcher(epoch).matches()) {
      throw Problem.of(Status.BAD_REQUEST_400, "bad_request", "epoch", epoch, EPOCH.pattern())
          .refusal();
    }
    if (!Stages.await(history.complete(channel, epoch))) {
      Position top = Stages.await(history.top(channel, retention));
      throw Problem.of(Status.CONFLICT_409, Gap.EPOCH_CHANGED.word(), "epoch", epoch, top.epoch())
          .refusal();
    }
    response.status(Status.NO_CONTENT_204).send();
  }

  private static String written(Position position) {
    return position.epoch() + ":" + position.off() + ":" + position.tag();
  }

  private static String channel(ServerRequest request) {
    return request.path().pathParameters().get("ch");
  }
}
