package io.mooring.server.api;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mooring.server.broker.Broker;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Retention;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code POST publish} and {@code POST publish/batch}. */
final class Publishing {
  static final int MOST_PUBLICATIONS = 1_000;
  static final int MOST_BATCH_BYTES = 1 << 20;

  /** A body, its characters while they are checked, its parts, and their way to the log. */
  private static final int COPIES = 5;

  private final Callers callers;
  private final ChannelAccess access;
  private final Broker broker;
  private final int messageBytes;
  private final Room room;

  /**
   * @param messageBytes how long one request to publish, and one publication's data, may be
   */
  Publishing(Callers callers, ChannelAccess access, Broker broker, int messageBytes, Room room) {
    this.callers = callers;
    this.access = access;
    this.broker = broker;
    this.messageBytes = messageBytes;
    this.room = room;
  }

  void one(ServerRequest request, ServerResponse response)
      throws IOException, InterruptedException {
    Caller caller = callers.writer(request);
    try (Room.Place held = room.take((long) COPIES * Body.length(request, messageBytes))) {
      Draft.Whole draft = Draft.one(Body.read(request, messageBytes), messageBytes);
      Position position = Stages.await(publish(caller, draft));
      Json.send(response, Json.of(json -> Json.position(json, position)));
    }
  }

  /** All are under way before the first is waited for, in their order. */
  void batch(ServerRequest request, ServerResponse response)
      throws IOException, InterruptedException {
    Caller caller = callers.writer(request);
    int most = Math.max(messageBytes, MOST_BATCH_BYTES);
    try (Room.Place held = room.take((long) COPIES * Body.length(request, most))) {
      batch(caller, Body.read(request, most), response);
    }
  }

  private void batch(Caller caller, byte[] body, ServerResponse response)
      throws InterruptedException {
    List<CompletionStage<Position>> stages = new ArrayList<>();
    for (Draft draft : Draft.several(body, messageBytes, MOST_PUBLICATIONS)) {
      stages.add(started(caller, draft));
    }
    List<Json.Fields> results = new ArrayList<>();
    for (CompletionStage<Position> stage : stages) {
      results.add(result(stage));
    }
    Json.send(
        response,
        Json.of(
            json -> {
              json.writeArrayFieldStart("results");
              for (Json.Fields result : results) {
                json.writeStartObject();
                result.write(json);
                json.writeEndObject();
              }
              json.writeEndArray();
            }));
  }

  private CompletionStage<Position> started(Caller caller, Draft draft) {
    try {
      return switch (draft) {
        case Draft.Whole whole -> publish(caller, whole);
        case Draft.Flawed flawed -> CompletableFuture.failedStage(flawed.problem().refusal());
      };
    } catch (RefusedException refused) {
      return CompletableFuture.failedStage(refused);
    }
  }

  private static Json.Fields result(CompletionStage<Position> stage) throws InterruptedException {
    try {
      Position position = Stages.await(stage);
      return json -> Json.position(json, position);
    } catch (RefusedException refused) {
      return refused.problem()::write;
    }
  }

  private CompletionStage<Position> publish(Caller caller, Draft.Whole draft) {
    Retention retention = access.publish(caller, draft.channel());
    return broker.publish(
        draft.channel(),
        Publication.of(draft.key(), caller.publisher(), draft.data(), draft.dedupe()),
        retention);
  }
}
