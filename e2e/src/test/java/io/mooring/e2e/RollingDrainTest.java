package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.mooring.client.ClientListener;
import io.mooring.client.Listener;
import io.mooring.client.Lost;
import io.mooring.client.Message;
import io.mooring.client.MooringClient;
import io.mooring.client.State;
import io.mooring.client.StateChange;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every server leaves, one after the other and again, and no application sees it. */
class RollingDrainTest {
  private static final int ROUNDS = 5;

  /** They publish in turn, as a server takes twelve messages a second of each at most. */
  private static final int CLIENTS = 12;

  private static final List<String> SERVERS = List.of("app-1", "app-2", "app-3");
  private static final String CHANNEL = "demo.rolling";
  private static final long EVERY_MILLIS = 10;

  /** How much longer the longest silence may be than when nobody moves. */
  private static final long LONGER_MILLIS = 50;

  /** How much longer it may be while a server starts on the processors of all others. */
  private static final long OF_A_START_MILLIS = 100;

  private static final Duration CALM = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path state;

  @AutoClose("shutdownNow")
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  private final AtomicInteger published = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger unpublished = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();

  @Test
  void theLongestSilenceIsHardlyLongerThanWhenNobodyMoves() throws Exception {
    List<MooringClient> clients = new ArrayList<>();
    try (Tier tier = Tier.up(state);
        HttpClient http = HttpClient.newBuilder().sslContext(tier.trust()).build()) {
      String token = tier.token("--ttl", "1h");
      List<Reader> readers = IntStream.range(0, CLIENTS).mapToObj(i -> new Reader()).toList();
      try {
        for (Reader reader : readers) {
          MooringClient client =
              MooringClient.builder(tier.edge())
                  .token(() -> token)
                  .httpClient(http)
                  .listener(new Moved())
                  .build();
          clients.add(client);
          client.subscribe(CHANNEL, reader);
        }
        clients.forEach(MooringClient::connect);
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> clients.stream().allMatch(client -> client.state() == State.OPEN));
        clock.scheduleAtFixedRate(() -> publish(clients), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> readers.stream().allMatch(reader -> reader.heard() > 100) && isCalm());

        List<Long> drained = new ArrayList<>();
        List<Long> control = new ArrayList<>();
        List<Long> calm = new ArrayList<>();
        long took = 0;
        // Not measured: what every process does for the first time, all compile at once.
        drainAll(tier);
        moves.set(0);
        for (int round = 0; round < ROUNDS; round++) {
          long began = System.nanoTime();
          drained.add(longestSilence(readers, () -> drainAll(tier)));
          long nanos = System.nanoTime() - began;
          took += nanos;
          int moved = moves.getAndSet(0);
          assertTrue(moved >= CLIENTS, () -> moved + " moves");

          // As much work for the machine: nobody has come to the last one since its start.
          long otherwise = System.nanoTime();
          control.add(
              longestSilence(
                  readers,
                  () -> {
                    while (System.nanoTime() - otherwise < nanos) {
                      drain(tier, SERVERS.getLast());
                    }
                  }));
          assertEquals(0, moves.get());

          long from = System.nanoTime();
          calm.add(
              longestSilence(
                  readers,
                  () ->
                      Awaitility.await()
                          .atMost(PATIENCE)
                          .until(() -> System.nanoTime() - from >= CALM.toNanos())));
        }
        clock.shutdown();
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> readers.stream().allMatch(reader -> reader.last() == published.get()));

        System.out.printf(
            "rolling drain of %d servers, %d rounds of %.1f s at 100 messages a second:"
                + " longest silence %s ms, while a server without clients leaves and starts %s ms,"
                + " in calm %s ms; %d messages to each of %d readers%n",
            SERVERS.size(),
            ROUNDS,
            took / 1e9 / ROUNDS,
            drained,
            control,
            calm,
            published.get(),
            CLIENTS);
        assertEquals(0, unpublished.get());
        readers.forEach(reader -> assertEquals(List.of(), reader.faults()));
        assertTrue(
            most(drained) <= most(control) + LONGER_MILLIS,
            () -> "drained " + drained + ", control " + control);
        assertTrue(
            most(control) <= most(calm) + OF_A_START_MILLIS,
            () -> "control " + control + ", in calm " + calm);
      } finally {
        clients.forEach(MooringClient::close);
      }
    }
  }

  /** Whether what waited while everything was new to its processors has been answered. */
  private boolean isCalm() {
    return published.get() - answered.get() < CLIENTS;
  }

  private void publish(List<MooringClient> clients) {
    int number = published.incrementAndGet();
    clients
        .get(number % CLIENTS)
        .publish(CHANNEL, JsonNodeFactory.instance.numberNode(number))
        .whenComplete(
            (position, failure) -> {
              answered.incrementAndGet();
              if (failure != null) {
                unpublished.incrementAndGet();
              }
            });
  }

  private static void drainAll(Tier tier) throws Exception {
    for (String server : SERVERS) {
      drain(tier, server);
    }
  }

  private static void drain(Tier tier, String server) throws Exception {
    tier.mooring("drain", server, "--rate", "20", "--deadline", "60s");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> tier.process(server).path("state").asText().equals("exited"));
    tier.start(server);
    tier.awaitServers(SERVERS.size());
  }

  private interface Action {
    void run() throws Exception;
  }

  private static long longestSilence(List<Reader> readers, Action meanwhile) throws Exception {
    readers.forEach(Reader::clear);
    meanwhile.run();
    return readers.stream().mapToLong(Reader::longestSilenceMillis).max().orElseThrow();
  }

  private static long most(List<Long> millis) {
    return millis.stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  private final class Moved implements ClientListener {
    @Override
    public void stateChanged(StateChange change) {
      if (change.from() == State.MOVING && change.to() == State.OPEN) {
        moves.incrementAndGet();
      }
    }
  }

  /** An application: what it hears, and when. Written to in its client's order. */
  private static final class Reader implements Listener {
    private final List<String> faults = new ArrayList<>();
    private int heard;
    private long last;
    private long lastAt;
    private long longest;

    @Override
    public synchronized void message(Message message) {
      long now = System.nanoTime();
      long off = message.off();
      if (heard > 0) {
        longest = Math.max(longest, now - lastAt);
        if (off != last + 1) {
          faults.add(off + " after " + last);
        }
      }
      heard++;
      last = off;
      lastAt = now;
    }

    @Override
    public synchronized void lost(Lost lost) {
      faults.add(lost.toString());
    }

    synchronized void clear() {
      longest = 0;
      lastAt = System.nanoTime();
    }

    synchronized int heard() {
      return heard;
    }

    synchronized long last() {
      return last;
    }

    synchronized long longestSilenceMillis() {
      return TimeUnit.NANOSECONDS.toMillis(Math.max(longest, System.nanoTime() - lastAt));
    }

    synchronized List<String> faults() {
      return List.copyOf(faults);
    }
  }
}
