package io.mooring.cli.clients;

import java.util.concurrent.atomic.LongAdder;

/** What all clients have counted so far. Any thread. */
final class Tally {
  /** Messages that reached the application. */
  final LongAdder received = new LongAdder();

  /** Of these: what came after the fact, as it was missed. */
  final LongAdder replayed = new LongAdder();

  /** Messages that the application did not get, as their offsets tell, or as a client says. */
  final LongAdder lost = new LongAdder();

  /** Messages that the application got twice. */
  final LongAdder doubled = new LongAdder();

  /** Messages that a server has acknowledged. */
  final LongAdder published = new LongAdder();

  /** Messages of which a client says that they were not published, or may not have been. */
  final LongAdder unpublished = new LongAdder();

  /** Sockets that followed one that was gone. */
  final LongAdder returns = new LongAdder();

  /** Sockets that took over from one that still lived. */
  final LongAdder moves = new LongAdder();
}
