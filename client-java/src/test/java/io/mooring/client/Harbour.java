package io.mooring.client;

import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** One client, its server, its time and what it told, for one test. */
final class Harbour implements AutoCloseable {
  final Quay quay = Quay.open();
  final HandTimers timers = new HandTimers();
  final Logbook book = new Logbook();

  /** Tokens to be given in turn; then one that lasts. */
  final Queue<CompletionStage<String>> tokens = new ConcurrentLinkedQueue<>();

  final AtomicInteger asked = new AtomicInteger();
  final MooringClient client;

  Harbour() {
    this.client =
        MooringClient.builder(quay.url())
            .tokenAsync(this::token)
            .listener(book)
            .random(new Halves())
            .timers(timers)
            .build();
  }

  /** Makes each random wait half of its ceiling: 250, 500, 1,000 ms and so on. */
  private static final class Halves implements RandomGenerator {
    @Override
    public long nextLong() {
      return 0;
    }

    @Override
    public long nextLong(long bound) {
      return (bound - 1) / 2;
    }
  }

  private CompletionStage<String> token() {
    asked.incrementAndGet();
    CompletionStage<String> next = tokens.poll();
    return next == null
        ? CompletableFuture.completedFuture(Jwt.ending(1_000_000, "lasting"))
        : next;
  }

  void token(long endsInSeconds, String name) {
    tokens.add(CompletableFuture.completedFuture(Jwt.ending(endsInSeconds, name)));
  }

  /** Connects, and waits until the client knows. */
  Berth connect() throws InterruptedException {
    client.connect();
    Berth berth = quay.greet();
    book.awaitState(State.OPEN);
    return berth;
  }

  /** Subscribes on a living socket, from {@code e:0:0} on. */
  Subscription subscribe(Berth berth, String channel) throws InterruptedException {
    Subscription subscription = client.subscribe(channel, book);
    long id = berth.receive("sub").path("id").asLong();
    berth.send(subbed(id, channel, 0, false, ""));
    await().until(() -> subscription.state() == SubscriptionState.LIVE);
    return subscription;
  }

  /** A {@code subbed} whose position's tag is ten times the offset. */
  static String subbed(long id, String channel, long off, boolean recovered, String more) {
    return "{'op':'subbed','id':%d,'ch':'%s','pos':{'epoch':'e','off':%d,'tag':%d},'recovered':%b,'replayed':0%s}"
        .formatted(id, channel, off, off * 10, recovered, more);
  }

  /** A {@code msg} with such a tag, whose data is its offset. */
  static String msg(String channel, long off) {
    return "{'op':'msg','ch':'%s','off':%d,'tag':%d,'data':%d}"
        .formatted(channel, off, off * 10, off);
  }

  @Override
  public void close() {
    client.close();
    quay.close();
  }
}
