package io.mooring.client;

import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * What all clients of a process share, made when the first one needs it: threads come and go with
 * the work, only the timers and the HTTP client have one each, and none keeps the process alive.
 */
final class Shared {
  private Shared() {}

  private static final class Threads {
    static final Executor EXECUTOR =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("mooring-client-", 0).factory());
  }

  private static final class Time {
    static final Timers TIMERS = new SharedTimers();
  }

  private static final class Entrance {
    static final Turnstile TURNSTILE =
        new Turnstile(
            Time.TIMERS,
            new SystemProcessors(Time.TIMERS),
            Turnstile.PLACES_OF_A_PROCESSOR * Runtime.getRuntime().availableProcessors());
  }

  private static final class Http {
    static final HttpClient CLIENT = HttpClient.newBuilder().executor(Threads.EXECUTOR).build();
  }

  static Executor executor() {
    return Threads.EXECUTOR;
  }

  static Timers timers() {
    return Time.TIMERS;
  }

  static Turnstile turnstile() {
    return Entrance.TURNSTILE;
  }

  static HttpClient http() {
    return Http.CLIENT;
  }
}
