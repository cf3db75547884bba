package io.mooring.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Publishes numbers on a channel by the HTTP API, one after the other: each is asked for under its
 * own name until it is acknowledged, and so is published once, whatever happens meanwhile.
 */
final class Numbers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int OK = 200;

  private final URI publish;
  private final String token;
  private final String channel;
  private final String name = UUID.randomUUID().toString();
  private final List<String> acknowledged = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /**
   * @param token of a publisher
   */
  Numbers(URI api, String token, String channel) {
    this.publish = URI.create(api + "/publish");
    this.token = token;
    this.channel = channel;
  }

  /** Publishes the next one so long after each. */
  Numbers start(Duration pause) {
    clock.scheduleWithFixedDelay(this::next, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    return this;
  }

  /** The texts that are published for certain, in the order of the log. */
  List<String> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** The number after the last acknowledged one. It is asked for again should it fail. */
  private void next() {
    String text = "number " + acknowledged.size();
    String body =
        """
        {"ch": "%s", "dedupe": "%s", "data": {"text": "%s"}}
        """
            .formatted(channel, name + "-" + acknowledged.size(), text);
    HttpRequest request =
        HttpRequest.newBuilder(publish)
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == OK) {
        acknowledged.add(text);
      } else {
        System.out.printf("%s was answered %d%n", text, answer.statusCode());
      }
    } catch (IOException failed) {
      System.out.printf("%s failed: %s%n", text, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** No more are published. Returns once the last one is acknowledged, or has failed. */
  @Override
  public void close() {
    clock.close();
    http.close();
  }
}
