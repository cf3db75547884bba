package io.mooring.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes a {@link MooringClient}. Only the token has no default. */
public final class MooringClientBuilder {
  private static final int QUEUE_MESSAGES = 1_000;
  private static final long QUEUE_BYTES = 1024 * 1024;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final URI url;
  private URI api;
  private @Nullable Supplier<? extends CompletionStage<String>> source;
  private @Nullable Supplier<String> blockingSource;
  private @Nullable ClientListener listener;
  private int queueMessages = QUEUE_MESSAGES;
  private long queueBytes = QUEUE_BYTES;
  private Duration closeTimeout = CLOSE_TIMEOUT;
  private Duration resubscribeFirst = Backoff.FIRST;
  private Duration resubscribeMost = Backoff.MOST;
  private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
  private @Nullable HttpClient http;
  private @Nullable Executor executor;
  private @Nullable Timers timers;

  MooringClientBuilder(URI url) {
    Objects.requireNonNull(url, "the URL is null; expected one as wss://example.com/ws");
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if ((!scheme.equals("ws") && !scheme.equals("wss"))
        || url.getHost() == null
        || url.getFragment() != null) {
      throw new IllegalArgumentException(
          "the URL is " + url + "; expected ws or wss with a host: wss://example.com/ws");
    }
    this.url = url;
    this.api =
        URI.create(
            (scheme.equals("wss") ? "https" : "http") + "://" + url.getRawAuthority() + "/api/v1");
  }

  /**
   * Where the client gets its token: a JSON Web Token, asked for by {@link MooringClient#connect},
   * before a later connection if the last one has ended, ends within ten seconds or was refused,
   * and when the server says that it is about to end. May take its time, up to ten seconds: it is
   * called on a thread of the {@link #executor}. If it throws or returns null, the client asks
   * again later.
   */
  public MooringClientBuilder token(Supplier<String> source) {
    this.blockingSource = source;
    this.source = null;
    return this;
  }

  /**
   * The same for who does not block: called in the client's order, it returns at once, and the
   * stage ends within ten seconds, on any thread.
   */
  public MooringClientBuilder tokenAsync(Supplier<? extends CompletionStage<String>> source) {
    this.source = source;
    this.blockingSource = null;
    return this;
  }

  /**
   * The HTTP API in which snapshots are read, without a slash at the end. By default that of the
   * client's URL: {@code https://example.com/api/v1} for {@code wss://example.com/ws}.
   */
  public MooringClientBuilder api(URI url) {
    this.api = url;
    return this;
  }

  /** Who hears of states and errors. Without one, errors go to the log. */
  public MooringClientBuilder listener(ClientListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * How many publications may be without an answer, and how many bytes they may have; by default
   * 1,000 and 1 MiB. What exceeds that fails at once.
   */
  public MooringClientBuilder queueLimit(int messages, long bytes) {
    if (messages < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "the queue's limit is "
              + messages
              + " messages and "
              + bytes
              + " bytes; expected 1 each"
              + " at least");
    }
    this.queueMessages = messages;
    this.queueBytes = bytes;
    return this;
  }

  /** How long a server may take to answer the client's goodbye, by default five seconds. */
  public MooringClientBuilder closeTimeout(Duration timeout) {
    expectPositive("the close timeout", timeout);
    this.closeTimeout = timeout;
    return this;
  }

  /**
   * The waits before something is asked for again on a living connection (a subscription that the
   * server could not grant, a snapshot that it could not read): random, up to a ceiling that
   * doubles from the first to the highest. By default 0.5 and 30 seconds.
   */
  public MooringClientBuilder resubscribeBackoff(Duration first, Duration most) {
    expectPositive("the first ceiling", first);
    expectPositive("the highest ceiling", most);
    this.resubscribeFirst = first;
    this.resubscribeMost = most;
    return this;
  }

  /** What waits are drawn from; used by many threads at once. */
  public MooringClientBuilder random(RandomGenerator random) {
    this.random = random;
    return this;
  }

  /**
   * What sockets are opened and snapshots are read with, for another trust store or a proxy. By
   * default one for all clients of the process. It is not closed with the client.
   */
  public MooringClientBuilder httpClient(HttpClient client) {
    this.http = client;
    return this;
  }

  /**
   * Where the client runs, and so its callbacks. It must not run tasks in the thread that hands
   * them in, and must not refuse any. By default each turn of a client gets a virtual thread, so
   * that a callback which blocks holds up its own client alone.
   */
  public MooringClientBuilder executor(Executor executor) {
    this.executor = executor;
    return this;
  }

  /** Another time, for tests. */
  MooringClientBuilder timers(Timers timers) {
    this.timers = timers;
    return this;
  }

  /**
   * The client, which does nothing yet.
   *
   * @throws IllegalStateException if no token was given
   */
  public MooringClient build() {
    Executor threads = executor == null ? Shared.executor() : executor;
    Callbacks callbacks = new Callbacks(listener);
    Environment environment =
        new Environment(
            new Mailbox(threads, callbacks::mistake),
            timers == null ? Shared.timers() : timers,
            http == null ? Shared.http() : http,
            Shared.turnstile(),
            random,
            callbacks,
            new Tallies(),
            new Settings(
                url,
                api,
                queueMessages,
                queueBytes,
                closeTimeout,
                resubscribeFirst,
                resubscribeMost));
    return new MooringClient(environment, source(threads));
  }

  private Supplier<? extends CompletionStage<String>> source(Executor threads) {
    Supplier<? extends CompletionStage<String>> asynchronous = source;
    if (asynchronous != null) {
      return asynchronous;
    }
    Supplier<String> blocking = blockingSource;
    if (blocking == null) {
      throw new IllegalStateException(
          "no token was given; expected token(…) or tokenAsync(…) before build()");
    }
    return () -> CompletableFuture.supplyAsync(blocking, threads);
  }

  private static void expectPositive(String what, Duration time) {
    if (time.toMillis() <= 0) {
      throw new IllegalArgumentException(
          what + " is " + time + "; expected at least a millisecond");
    }
  }
}
