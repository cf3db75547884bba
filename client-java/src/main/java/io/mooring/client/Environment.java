package io.mooring.client;

import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What the parts of one client work with.
 *
 * @param order the client's own
 * @param turnstile that of all clients of the process
 * @param random any thread's
 */
record Environment(
    Executor order,
    Timers timers,
    HttpClient http,
    Turnstile turnstile,
    RandomGenerator random,
    Callbacks callbacks,
    Tallies tallies,
    Settings settings) {
  Alarm after(long millis, Runnable task) {
    return Alarm.set(timers, order, millis, task);
  }

  long nanos() {
    return timers.nanos();
  }

  /** The pace of what is asked for again and again on a living socket. */
  Backoff backoff() {
    return new Backoff(random, settings.resubscribeFirst(), settings.resubscribeMost());
  }
}
