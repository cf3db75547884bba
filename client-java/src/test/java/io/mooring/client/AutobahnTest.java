package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Autobahn's cases, against the one file that knows whose WebSocket it is. */
@Tag("conformance")
class AutobahnTest {
  private static final Path FOLDER = Path.of("target/conformance").toAbsolutePath();

  /**
   * What is left out: binary messages, which this protocol does not have; ten pings at once, of
   * which the JDK may answer the last alone (RFC 6455 section 5.5.3); and a server that says 1010,
   * which the JDK takes for a mistake, as only clients do (section 7.4.1).
   */
  private static final List<String> EXCLUDED = List.of("1.2.*", "2.10", "2.11", "7.7.8");

  @Test
  void noCaseFailsOrEndsUncleanly() throws Exception {
    Files.createDirectories(FOLDER);
    Path errors = FOLDER.resolve("errors");

    List<String> arguments = new ArrayList<>(List.of(FOLDER.toString()));
    EXCLUDED.forEach(one -> arguments.addAll(List.of("--exclude", one)));

    try (Kit kit = Kit.start(errors, "autobahn.mjs", arguments.toArray(String[]::new))) {
      for (Optional<JsonNode> next = kit.next(); next.isPresent(); next = kit.next()) {
        new Echo(URI.create(next.get().path("url").asText()))
            .over.whenComplete(
                (ending, failure) ->
                    kit.tell(JsonNodeFactory.instance.objectNode().put("did", "echo")));
      }
      kit.expectPassed();
    }
  }

  /** Says what it hears. */
  private static final class Echo implements Socket.Events {
    final CompletableFuture<Ending> over = new CompletableFuture<>();
    private @Nullable Socket socket;

    Echo(URI url) {
      Callbacks callbacks = new Callbacks(new ClientListener() {});
      Environment environment =
          new Environment(
              new Mailbox(Shared.executor(), over::completeExceptionally),
              Shared.timers(),
              Shared.http(),
              Shared.turnstile(),
              new Random(),
              callbacks,
              new Tallies(),
              new Settings(url, url, 1, 1, Duration.ofSeconds(5), Backoff.FIRST, Backoff.MOST));
      environment.order().execute(() -> socket = Socket.open(environment, url, "token", this));
    }

    @Override
    public void text(String message) {
      if (socket != null) {
        socket.send(message);
      }
    }

    @Override
    public void writable() {}

    @Override
    public void ended(Ending ending) {
      over.complete(ending);
    }
  }
}
