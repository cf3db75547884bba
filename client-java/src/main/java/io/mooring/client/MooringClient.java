package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A connection to a Mooring tier that lasts: it comes back by itself after whatever ends its
 * socket, moves when its server leaves, goes on with every subscription where it was, and publishes
 * again what was not answered, once.
 *
 * <pre>{@code
 * MooringClient client =
 *     MooringClient.builder(URI.create("wss://localhost:8443/ws")).token(() -> token()).build();
 * client.subscribe(
 *     "demo.room",
 *     new Listener() {
 *       @Override
 *       public void message(Message message) {
 *         System.out.println(message.data());
 *       }
 *     });
 * client.connect();
 * client.publish("demo.room", json);
 * }</pre>
 *
 * <p>Safe for use by many threads; no method waits. Callbacks, and what depends on the futures, run
 * in the client's one order, and must not wait for another future of the same client. They may call
 * it. A process may have thousands of clients: one that has nothing to do has no thread.
 */
public final class MooringClient implements AutoCloseable {
  private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9._:~-]{1,255}");

  /** The rest of a message that publishes something, above its own fields, at most. */
  private static final int ENVELOPE_BYTES = 64;

  private final Environment environment;
  private final Subscriptions subscriptions;
  private final Lifecycle lifecycle;
  private final Room room;
  private final ConcurrentMap<String, Subscription> byChannel = new ConcurrentHashMap<>();

  /**
   * Begins a client whose first connection is made by {@code url}, {@code wss://example.com/ws}.
   */
  public static MooringClientBuilder builder(URI url) {
    return new MooringClientBuilder(url);
  }

  MooringClient(Environment environment, Supplier<? extends CompletionStage<String>> source) {
    this.environment = environment;
    this.room =
        new Room(environment.settings().queueMessages(), environment.settings().queueBytes());
    Tokens tokens = new Tokens(environment, source);
    this.subscriptions = new Subscriptions(environment, new Snapshots(environment, tokens));
    this.lifecycle = new Lifecycle(environment, tokens, subscriptions, new Publishing(environment));
  }

  /**
   * Begins to connect, and stays connected until {@link #close}. After a close, or after a server
   * refused the client, it begins afresh: with the URL that the client was built with, another
   * token, and every subscription where it was. Does nothing if the client is connected or about to
   * be.
   */
  public void connect() {
    environment.order().execute(lifecycle::connect);
  }

  /**
   * Ends the connection; a later {@link #connect} begins another. Returns at once: the socket says
   * goodbye behind the scenes. Publications without an answer fail, with {@code unknown_outcome} if
   * they were sent and with {@code closed} if not, and subscriptions wait.
   */
  @Override
  public void close() {
    environment.order().execute(lifecycle::close);
  }

  /**
   * The application knows that there is no network: no attempt is made until {@link #online}. A
   * socket that is there is kept, as it may outlive a short outage.
   */
  public void offline() {
    environment.order().execute(lifecycle::offline);
  }

  /** There is a network again: if the client waits to connect, it tries now. */
  public void online() {
    environment.order().execute(lifecycle::online);
  }

  /**
   * Listens to a channel, from now on or as soon as there is a connection, until {@link
   * Subscription#unsubscribe}.
   *
   * @param channel 1 to 255 of {@code [A-Za-z0-9._:~-]}
   * @throws MooringException with the code {@code bad_channel}, or {@code already_subscribed} if
   *     the channel has a subscription that is not over
   */
  public Subscription subscribe(String channel, Listener listener) {
    return subscribe(channel, listener, SubscribeOptions.DEFAULTS);
  }

  /** {@link #subscribe(String, Listener)} with options. */
  public Subscription subscribe(String channel, Listener listener, SubscribeOptions options) {
    expectChannel(channel);
    Objects.requireNonNull(listener, "the listener is null; expected one, which may hear nothing");
    Subscription subscription =
        new Subscription(
            channel,
            over -> byChannel.remove(channel, over),
            ended -> environment.order().execute(() -> lifecycle.unsubscribe(ended)));
    if (byChannel.putIfAbsent(channel, subscription) != null) {
      throw new MooringException(
          "already_subscribed",
          "the channel "
              + channel
              + " has a subscription of this client; end that one first, or share it");
    }
    environment.order().execute(() -> subscriptions.add(subscription, listener, options));
    return subscription;
  }

  /** {@link #publish(String, JsonNode, PublishOptions)} by {@link PublishOptions#DEFAULTS}. */
  public CompletableFuture<Position> publish(String channel, JsonNode data) {
    return publish(channel, data, PublishOptions.DEFAULTS);
  }

  /**
   * Publishes on a channel, now or as soon as there is a connection, in the order of the calls.
   * What was not answered when its socket ended is sent again on the next one; the server knows it
   * by its dedupe and publishes it once.
   *
   * @param channel 1 to 255 of {@code [A-Za-z0-9._:~-]}
   * @param data any JSON; a JSON null with a key deletes the key. It is read before this returns
   * @return where it stands in the channel's log, or a {@link MooringException}. What depends on it
   *     runs in the client's order. Cancelling it takes the publication back if it was not sent yet
   */
  public CompletableFuture<Position> publish(
      String channel, JsonNode data, PublishOptions options) {
    Objects.requireNonNull(
        data, "the data are null; expected JSON, where NullNode.getInstance() is its null");
    Publication publication;
    try {
      expectChannel(channel);
      publication = publication(channel, data, options);
      room.take(publication.bytes());
    } catch (MooringException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    CompletableFuture<Position> outcome = publication.outcome();
    outcome.whenComplete((position, failure) -> room.release(publication.bytes()));
    environment.order().execute(() -> lifecycle.publish(publication));
    return outcome;
  }

  private static Publication publication(String channel, JsonNode data, PublishOptions options) {
    String written = Frames.written(data);
    String body =
        Frames.publication(
            channel,
            written,
            options.key().orElse(null),
            options.dedupe().orElseGet(() -> UUID.randomUUID().toString()));
    return new Publication(
        body,
        Frames.bytes(body) + ENVELOPE_BYTES,
        Frames.depth(data) + 1,
        options.timeout().toMillis());
  }

  /** The state at this moment; {@link ClientListener#stateChanged} tells each one. */
  public State state() {
    return lifecycle.state();
  }

  /** What the last hello said; empty before the first. */
  public Optional<Connection> connection() {
    return lifecycle.connection();
  }

  /** What was counted until now. */
  public Counters counters() {
    return environment.tallies().counters();
  }

  private static void expectChannel(String channel) {
    if (!CHANNEL.matcher(channel).matches()) {
      throw new MooringException(
          "bad_channel",
          "the channel is called \""
              + channel
              + "\"; expected 1 to 255 of the characters A-Z a-z 0-9 . _ : ~ -");
    }
  }
}
