package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Publisher.Answer;
import io.mooring.token.ApiKeys;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A server with a publisher, and an API key that may publish on {@code demo} only. */
final class ApiStand implements AutoCloseable {
  static final Channels NEWS =
      new Channels(List.of("demo.*", "small.*"), List.of("demo.*", "small.*", "own.$sub"));

  final ApiKeys.Fresh key = ApiKeys.fresh("desk", new Channels(List.of(), List.of("demo.*")));
  final Stand server;
  final Publisher press;

  ApiStand(Path folder) throws IOException {
    Path keys = Files.writeString(folder.resolve("api.keys"), key.line());
    server =
        new Stand(
            folder,
            "--api-keys=" + keys,
            "--namespaces.small.history.size=5",
            "--namespaces.brief.history.ttl=2s",
            "--namespaces.brief.open=true",
            "--namespaces.own.open=false",
            "--namespaces.demo.open=false");
    press = bearer("publisher", NEWS);
  }

  @Override
  public void close() {
    press.close();
    server.close();
  }

  Publisher publisher(String... headers) {
    return new Publisher(server.server().httpPort(), headers);
  }

  /** With a token. */
  Publisher bearer(String role, Channels channels) {
    return publisher("authorization", "Bearer " + token(role, channels));
  }

  String token(String role, Channels channels) {
    return server
        .edge()
        .token(new Grant("press-1", Optional.empty(), role, channels, Duration.ofHours(1)));
  }

  static void assertRefused(int status, String code, Answer answer) throws IOException {
    assertEquals(status, answer.status(), answer.body());
    assertEquals(code, answer.code(), answer.body());
    assertEquals(status, answer.json().path("status").asInt());
    assertEquals("application/problem+json", answer.header("content-type").orElse(""));
  }
}
