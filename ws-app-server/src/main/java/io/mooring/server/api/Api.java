package io.mooring.server.api;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mooring.server.access.Authorizer;
import io.mooring.server.access.Namespaces;
import io.mooring.server.broker.Backbone;
import io.mooring.server.channel.Hub;
import io.mooring.server.connection.Roster;
import io.mooring.server.presence.Audiences;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/v1}: what publishers ask, through the edge or directly, and what control planes ask
 * of this server. {@code openapi.yaml} beside this class describes the first.
 */
public final class Api {
  static final String ROOT = "/api/v1";

  private static final Logger log = LoggerFactory.getLogger(Api.class);
  private static final String DESCRIPTION = "openapi.yaml";

  /** Answers one request, or throws why not. */
  @FunctionalInterface
  private interface Action {
    void answer(ServerRequest request, ServerResponse response)
        throws IOException, InterruptedException;
  }

  /** By path, then by method. */
  private final Map<String, Map<String, Action>> routes = new TreeMap<>();

  private final Room room = Room.ofProcess();

  /**
   * @param userPresence whether it is known who is online
   * @param messageBytes how long a publication may be
   */
  public Api(
      Callers callers,
      Authorizer authorizer,
      Namespaces namespaces,
      Backbone backbone,
      Hub hub,
      Audiences audiences,
      boolean userPresence,
      int messageBytes,
      Fleet fleet,
      Roster roster) {
    ChannelAccess access = new ChannelAccess(authorizer, namespaces);
    Publishing publishing = new Publishing(callers, access, backbone.broker(), messageBytes, room);
    ChannelPages channels = new ChannelPages(callers, access, backbone.history(), hub, room);
    on("POST", ROOT + "/publish", publishing::one);
    on("POST", ROOT + "/publish/batch", publishing::batch);
    on("GET", ROOT + "/channels/{ch}", channels::top);
    on("GET", ROOT + "/channels/{ch}/history", channels::history);
    on("GET", ROOT + "/channels/{ch}/snapshot", channels::snapshot);
    on("PUT", ROOT + "/channels/{ch}/snapshot/complete", channels::complete);
    PresencePages present =
        new PresencePages(
            callers, access, namespaces, backbone.presence(), audiences, userPresence, room);
    on("GET", ROOT + "/presence/users/{id}", present::user);
    on("GET", ROOT + "/presence/rooms/{ch}", present::room);
    on("GET", ROOT + "/" + DESCRIPTION, described(description()));
    on("GET", ConnectionRows.PATH, new ConnectionRows(fleet, roster)::answer);
  }

  private void on(String method, String path, Action action) {
    routes.computeIfAbsent(path, any -> new TreeMap<>()).put(method, action);
  }

  /** Adds the routes. */
  public void route(HttpRouting.Builder routing) {
    routes.forEach(
        (path, actions) -> {
          actions.forEach(
              (method, action) -> routing.route(Method.create(method), path, answering(action)));
          String allowed = String.join(", ", actions.keySet());
          routing.any(
              path,
              answering(
                  (request, response) -> {
                    response.header(HeaderNames.ALLOW, allowed);
                    throw Problem.of(
                            Status.METHOD_NOT_ALLOWED_405,
                            "method_not_allowed",
                            "method",
                            request.prologue().method().text(),
                            allowed)
                        .refusal();
                  }));
        });
    routing.any(
        ROOT + "/*",
        answering(
            (request, response) -> {
              throw Problem.of(
                      Status.NOT_FOUND_404,
                      "not_found",
                      "path",
                      request.prologue().uriPath().rawPath(),
                      "a path of " + ROOT + "/" + DESCRIPTION)
                  .refusal();
            }));
  }

  private Handler answering(Action action) {
    return (request, response) -> {
      try (Room.Place place = room.enter()) {
        action.answer(request, response);
      } catch (RefusedException refused) {
        refused.problem().send(response);
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        Problem.unavailable("the server is stopping").send(response);
      } catch (IllegalStateException bug) {
        log.error("event=request_failed path={}", request.prologue().uriPath().rawPath(), bug);
        Problem.of(
                Status.INTERNAL_SERVER_ERROR_500,
                "internal",
                "the server's log has the reason; try again")
            .send(response);
      }
    };
  }

  private static Action described(byte[] description) {
    return (request, response) ->
        response.header(HeaderNames.CONTENT_TYPE, "application/yaml").send(description);
  }

  private static byte[] description() {
    try (InputStream in = Api.class.getResourceAsStream(DESCRIPTION)) {
      if (in == null) {
        throw new IllegalStateException(DESCRIPTION + " is not beside " + Api.class.getName());
      }
      return in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
