package io.mooring.controlplane.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.mooring.controlplane.connections.BusyException;
import io.mooring.registry.RegistryUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The routes of the admin API: each behind the gate, answered with JSON or with a problem. */
final class GuardedRoutes {
  private static final String JSON = "application/json";

  /** Answers one request, on a virtual thread of its own, which may wait. */
  @FunctionalInterface
  interface Answer {
    /**
     * @throws RefusedException to answer with its problem
     */
    Json.Fields to(ServerRequest request);
  }

  private final Gate gate;
  private final HttpRouting.Builder routing;
  private final List<String> known = new ArrayList<>();

  /** The methods of each path. */
  private final Map<String, List<String>> paths = new LinkedHashMap<>();

  GuardedRoutes(Gate gate, HttpRouting.Builder routing) {
    this.gate = gate;
    this.routing = routing;
  }

  void get(String path, Role needed, Answer answer) {
    add(Method.GET, path, needed, answer);
  }

  void post(String path, Role needed, Answer answer) {
    add(Method.POST, path, needed, answer);
  }

  void delete(String path, Role needed, Answer answer) {
    add(Method.DELETE, path, needed, answer);
  }

  /** Whatever was not added is a problem that names what was. To be called last. */
  void refuseTheRest() {
    paths.forEach(
        (path, methods) ->
            routing.any(
                path,
                (request, response) -> {
                  String allowed = String.join(", ", methods);
                  response.header(HeaderNames.ALLOW, allowed);
                  new Problem(
                          Status.METHOD_NOT_ALLOWED_405,
                          "method_not_allowed",
                          request.path().path()
                              + " takes "
                              + allowed
                              + ", not "
                              + request.prologue().method().text())
                      .send(response);
                }));
    routing.any(
        "/admin/*",
        (request, response) ->
            new Problem(
                    Status.NOT_FOUND_404,
                    "not_found",
                    request.prologue().method().text()
                        + " "
                        + request.path().path()
                        + " is not part of the admin API; what is: "
                        + String.join(", ", known))
                .send(response));
  }

  private void add(Method method, String path, Role needed, Answer answer) {
    known.add(method.text() + " " + path);
    paths.computeIfAbsent(path, added -> new ArrayList<>()).add(method.text());
    routing.route(method, path, guarded(needed, answer));
  }

  private Handler guarded(Role needed, Answer answer) {
    return (request, response) -> {
      try {
        foreignPage(request)
            .ifPresent(
                problem -> {
                  throw new RefusedException(problem);
                });
        gate.refusal(
                needed, request.authority(), request.headers().first(HeaderNames.AUTHORIZATION))
            .ifPresent(
                problem -> {
                  throw new RefusedException(problem);
                });
        byte[] body = Json.of(answer.to(request));
        response
            .header(HeaderNames.CONTENT_TYPE, JSON)
            .header(HeaderNames.CACHE_CONTROL, "no-store")
            .send(body);
      } catch (RefusedException refused) {
        refused.problem().send(response);
      } catch (BusyException busy) {
        new Problem(Status.SERVICE_UNAVAILABLE_503, "busy", String.valueOf(busy.getMessage()))
            .send(response);
      } catch (RegistryUnavailableException away) {
        new Problem(
                Status.SERVICE_UNAVAILABLE_503,
                "registry_unavailable",
                "the registry cannot be read or written now: " + away.getMessage() + "; try again")
            .send(response);
      }
    };
  }

  /**
   * A page of another site can have a browser send a request here, and is told apart by the origin
   * that the browser then names (RFC 6454). It cannot read an answer, so that a GET does no harm.
   */
  private static Optional<Problem> foreignPage(ServerRequest request) {
    if (request.prologue().method().equals(Method.GET)) {
      return Optional.empty();
    }
    return request
        .headers()
        .first(HeaderNames.ORIGIN)
        .filter(origin -> !origin.equals("http://" + request.authority()))
        .filter(origin -> !origin.equals("https://" + request.authority()))
        .map(
            origin ->
                new Problem(
                    Status.FORBIDDEN_403,
                    "foreign_origin",
                    "a page of another origin asked for this; only pages of "
                        + request.authority()
                        + " may"));
  }
}
