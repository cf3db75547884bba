package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An application that does what a recorded session says, and tells what it is told. */
final class Driver implements ClientListener, AutoCloseable {
  private final MooringClient client;
  private final Consumer<JsonNode> tell;
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private final AtomicInteger tokens = new AtomicInteger();

  /**
   * @param url where the client connects to
   * @param tell gets the events, on any thread
   */
  Driver(URI url, Consumer<JsonNode> tell) {
    this.tell = tell;
    this.client =
        MooringClient.builder(url)
            .tokenAsync(
                () -> CompletableFuture.completedFuture("token-" + tokens.incrementAndGet()))
            .listener(this)
            .build();
  }

  void execute(JsonNode command) {
    String channel = command.path("ch").asText();
    switch (command.path("do").asText()) {
      case "connect" -> client.connect();
      case "close" -> client.close();
      case "offline" -> client.offline();
      case "online" -> client.online();
      case "subscribe" ->
          subscriptions.put(channel, client.subscribe(channel, new OfChannel(channel)));
      case "unsubscribe" ->
          Objects.requireNonNull(subscriptions.remove(channel), channel).unsubscribe();
      case "publish" -> publish(channel, command);
      default -> throw new IllegalArgumentException("no application can do " + command);
    }
  }

  private void publish(String channel, JsonNode command) {
    PublishOptions options = PublishOptions.DEFAULTS;
    if (command.has("key")) {
      options = options.withKey(command.path("key").asText());
    }
    if (command.has("dedupe")) {
      options = options.withDedupe(command.path("dedupe").asText());
    }
    String name = command.path("as").asText();
    client
        .publish(channel, command.path("data"), options)
        .whenComplete(
            (position, failure) -> {
              if (failure == null) {
                tell.accept(event("published").put("as", name).set("pos", json(position)));
              } else {
                tell.accept(event("refused").put("as", name).put("code", code(failure)));
              }
            });
  }

  private static String code(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof MooringException known ? known.code() : String.valueOf(cause);
  }

  @Override
  public void stateChanged(StateChange change) {
    tell.accept(event("state").put("state", change.to().name().toLowerCase(Locale.ROOT)));
  }

  @Override
  public void close() {
    client.close();
  }

  /** What is told of one channel. */
  private final class OfChannel implements Listener {
    private final String channel;

    OfChannel(String channel) {
      this.channel = channel;
    }

    private ObjectNode event(String what) {
      return Driver.event(what).put("ch", channel);
    }

    @Override
    public void message(Message message) {
      ObjectNode event = event("message");
      event.set("pos", json(message.position()));
      event.set("data", message.data());
      message.key().ifPresent(key -> event.put("key", key));
      message.from().ifPresent(from -> event.put("from", from));
      tell.accept(event);
    }

    @Override
    public void subscribed(Subscribed subscribed) {
      tell.accept(
          event("subscribed")
              .put("recovered", subscribed.recovered())
              .put("replayed", subscribed.replayed())
              .set("pos", json(subscribed.position())));
    }

    @Override
    public void lost(Lost lost) {
      tell.accept(event("lost").put("reason", lost.reason()).set("pos", json(lost.position())));
    }

    @Override
    public void reconciled(Reconciled reconciled) {
      ObjectNode event = event("reconciled");
      ArrayNode changed = event.putArray("changed");
      reconciled.changed().stream()
          .sorted(Comparator.comparing(Reconciled.Entry::key))
          .forEach(
              entry ->
                  changed
                      .addObject()
                      .put("key", entry.key())
                      .put("off", entry.off())
                      .set("data", entry.data()));
      ArrayNode deleted = event.putArray("deleted");
      reconciled.deleted().stream().sorted().forEach(deleted::add);
      tell.accept(event);
    }

    @Override
    public void failed(String reason) {
      tell.accept(event("failed").put("reason", reason));
    }

    @Override
    public void ended(String reason) {
      tell.accept(event("ended").put("reason", reason));
    }
  }

  private static ObjectNode event(String what) {
    return JsonNodeFactory.instance.objectNode().put("saw", what);
  }

  private static ObjectNode json(Position position) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("epoch", position.epoch())
        .put("off", position.off())
        .put("tag", position.tag());
  }
}
