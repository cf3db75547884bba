package io.mooring.bench.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.cli.keys.Trust;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * The process that is measured: WebSockets of one kind, and nothing else. It obeys {@link
 * GuestProcess} by lines of its input, each of which but {@code open} it answers with one line. It
 * ends with its input.
 */
final class Guests {
  /** So many for each processor connect at once. */
  private static final int PLACES_OF_A_PROCESSOR = 16;

  private final Transport transport;
  private final URI url;
  private final int places = PLACES_OF_A_PROCESSOR * Runtime.getRuntime().availableProcessors();
  private final Semaphore turnstile = new Semaphore(places);
  private final LongAdder heard = new LongAdder();
  private final List<Guest> guests = new ArrayList<>();

  private Guests(Transport transport, URI url) {
    this.transport = transport;
    this.url = url;
  }

  /**
   * @param arguments the {@link Kind}, the URL, and the file of the CA to trust
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Executor executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("guest-", 0).factory());
    Transport transport =
        Transport.of(Kind.valueOf(arguments[0]), Trust.in(Path.of(arguments[2])), executor);
    new Guests(transport, URI.create(arguments[1])).obey();
  }

  private void obey() throws IOException, InterruptedException {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ", 4);
      switch (words[0]) {
        case "open" -> open(words[1], new Transport.Header(words[2], words[3]));
        case "ready" -> answer(ready());
        case "heard" -> answer(heard.sum());
        case "collect" -> answer(collect());
        case "leave" -> answer(leave());
        default -> throw new IllegalArgumentException("\"" + line + "\" is no command");
      }
    }
  }

  private static void answer(long number) {
    System.out.println(number);
  }

  private void open(String channel, Transport.Header header) throws InterruptedException {
    turnstile.acquire();
    Guest guest = new Guest(channel, heard);
    guests.add(guest);
    guest
        .subscribed()
        .whenComplete(
            (same, failure) -> {
              turnstile.release();
              if (failure != null) {
                fail("a guest was not subscribed: " + failure);
              }
            });
    transport.open(url, header, guest);
  }

  /** How many guests there are, once all of them are subscribed. */
  private long ready() throws InterruptedException {
    turnstile.acquire(places);
    turnstile.release(places);
    return guests.size();
  }

  /** Bytes in use of the heap, once its garbage is collected. */
  private static long collect() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private long leave() {
    int left = guests.size();
    guests.forEach(Guest::leave);
    guests.clear();
    return left;
  }

  static void fail(String reason) {
    System.err.println(reason);
    System.exit(1);
  }
}
