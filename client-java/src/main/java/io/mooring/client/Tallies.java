package io.mooring.client;

import java.util.concurrent.atomic.AtomicLong;

/** What a client counts. Read by any thread. */
final class Tallies {
  final AtomicLong losses = new AtomicLong();
  final AtomicLong duplicates = new AtomicLong();
  final AtomicLong gaps = new AtomicLong();
  final AtomicLong reconnects = new AtomicLong();
  final AtomicLong moves = new AtomicLong();

  Counters counters() {
    return new Counters(losses.get(), duplicates.get(), gaps.get(), reconnects.get(), moves.get());
  }
}
