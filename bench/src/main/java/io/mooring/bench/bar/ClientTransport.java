package io.mooring.bench.bar;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Ground;
import io.mooring.bench.contender.Mooring;
import io.mooring.bench.contender.Running;
import io.mooring.bench.contender.TlsFront;
import io.mooring.bench.measure.Usage;
import io.mooring.bench.transport.GuestProcess;
import io.mooring.bench.transport.Kind;
import io.mooring.bench.wire.Crowd;
import io.mooring.bench.wire.Publisher;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What many WebSockets cost the process that has them, by the JDK's client and by Netty's in turn,
 * each time in a fresh JVM, with one server for all turns. It is about clients, and no contest of
 * servers: it has no number and no gates.
 */
public final class ClientTransport {
  private static final int FEW = 1_000;
  private static final int MANY = 9_000;

  /** Deliveries a second to all sockets together. */
  private static final double RATE = 5_000;

  private static final int SUBSCRIBERS = 2;

  /** So often the first ones come and go, before memory is read for the first time. */
  private static final int FIRST_CROWDS = 3;

  private static final Duration STRAGGLERS = Duration.ofSeconds(10);

  /** As it is typed. */
  public static final String NAME = "client-transport";

  private ClientTransport() {}

  /** The work in one line, for the given scale. */
  public static String work(Scale scale) {
    return ("%,d and %,d sockets of one process over TLS: memory after %d s and after a collection;"
            + " %,.0f messages a second, for %d s")
        .formatted(
            scale.of(FEW),
            scale.of(MANY),
            scale.idle().toSeconds(),
            scale.of(RATE),
            scale.load().toSeconds());
  }

  /**
   * Has both take their turns.
   *
   * @param output the folder for tables and data
   * @param scratch a folder for what the servers write
   * @param progress is told of each run
   * @return the lines of the table
   */
  public static List<String> run(
      Ground ground,
      Scale scale,
      int rounds,
      Path output,
      Path scratch,
      Consumer<String> progress) {
    Report report = new Report(output);
    Contender contender = new Mooring(ground);
    Map<String, List<Map<String, Double>>> figures = new LinkedHashMap<>();
    try (Running server = contender.start(Contender.Task.alone(false), scratch.resolve("server"));
        TlsFront front = new TlsFront(ground, address(server), scratch.resolve("front"))) {
      report.started("server", server.commands());
      for (int round = 1; round <= rounds; round++) {
        for (Kind kind : Kind.values()) {
          progress.accept("%s %d/%d: %s".formatted(NAME, round, rounds, kind.title()));
          try (GuestProcess guests =
              new GuestProcess(ground.root(), kind, front.url(), front.ca())) {
            if (round == 1) {
              report.started(kind.title(), List.of(guests.command()));
            }
            Map<String, Double> measured = new Turn(contender, server, guests, scale).figures();
            report.ran(NAME, scale, round, kind.title(), measured);
            figures.computeIfAbsent(kind.title(), title -> new ArrayList<>()).add(measured);
          }
        }
      }
    }
    String title = "%s: %s; rounds: %d".formatted(NAME, work(scale), rounds);
    return report.tables(title, figures, List.of());
  }

  private static InetSocketAddress address(Running server) {
    return server.addresses().getFirst();
  }

  /** The life of one process. */
  private static final class Turn {
    private final Contender contender;
    private final Running server;
    private final GuestProcess guests;
    private final Scale scale;
    private final List<Long> process;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private int sockets;

    Turn(Contender contender, Running server, GuestProcess guests, Scale scale) {
      this.contender = contender;
      this.server = server;
      this.guests = guests;
      this.scale = scale;
      this.process = List.of(guests.pid());
    }

    Map<String, Double> figures() {
      for (int crowd = 0; crowd < FIRST_CROWDS; crowd++) {
        open(scale.of(FEW));
        guests.leave();
        sockets = 0;
      }
      Pause.of(scale.settling());
      guests.collectGarbage();
      long heapBefore = guests.collectGarbage();
      figures.put("MiB, of none", mebibytes(Usage.memoryBytes(process)));
      open(scale.of(FEW));
      memory(heapBefore);
      Meter connecting = new Meter(process);
      int connected = scale.of(MANY) - sockets;
      open(scale.of(MANY));
      connecting.stop();
      memory(heapBefore);
      figures.put("threads", (double) Usage.threads(guests.pid()));
      figures.put("CPU µs/connect", connecting.microsEach(connected));
      figures.put("connects/s", connected / connecting.seconds());
      load();
      return figures;
    }

    private void open(int most) {
      for (; sockets < most; sockets++) {
        guests.open(channel(sockets), server.credential("user-" + sockets).header());
      }
      guests.ready();
    }

    private static String channel(int socket) {
      return "demo.guests-" + socket / SUBSCRIBERS;
    }

    /**
     * Of the whole process: what the JVM has touched in a heap that was once full it seldom gives
     * back, so that a difference of two such figures is not what the sockets between them take. Of
     * the heap that is in use, it is.
     */
    private void memory(long heapBefore) {
      Pause.of(scale.idle());
      put("MiB, idle", mebibytes(Usage.memoryBytes(process)));
      long heap = guests.collectGarbage();
      Pause.of(scale.settling());
      put("MiB, after GC", mebibytes(Usage.memoryBytes(process)));
      put("heap in use, B/socket", (heap - heapBefore) / (double) sockets);
    }

    private void put(String figure, double value) {
      figures.put("%s, of %,d".formatted(figure, sockets), value);
    }

    private static double mebibytes(long bytes) {
      return bytes / (double) (1 << 20);
    }

    private void load() {
      List<String> channels =
          IntStream.range(0, sockets / SUBSCRIBERS)
              .mapToObj(i -> channel(i * SUBSCRIBERS))
              .toList();
      try (Crowd senders = new Crowd("senders")) {
        new Clients(contender, server).send(senders, channels.size());
        Publisher publisher = new Publisher(senders, contender.dialect(), channels);
        publish(publisher, scale.settled().multipliedBy(2));
        Map<Path, Double> compilers = Usage.compilerSeconds(process);
        Meter meter = new Meter(process);
        long heard = publish(publisher, scale.load());
        meter.stop();
        double compiled = WarmUp.spent(compilers, Usage.compilerSeconds(process));
        senders.expectContent();
        figures.put("CPU µs/message", meter.microsEach(heard));
        figures.put("of it JIT, µs/message", compiled * 1e6 / heard);
        figures.put("messages/s", heard / meter.seconds());
        figures.put("machine busy %", meter.busyPercent());
      }
    }

    /** Returns how many have come, which must be all. */
    private long publish(Publisher publisher, Duration time) {
      long before = guests.heard();
      long wanted = publisher.publish(scale.of(RATE) / SUBSCRIBERS, time) * SUBSCRIBERS;
      Pause.until(() -> guests.heard() - before >= wanted, STRAGGLERS);
      long heard = guests.heard() - before;
      if (heard != wanted) {
        throw new IllegalStateException(
            "%,d messages have come: expected %,d".formatted(heard, wanted));
      }
      return heard;
    }
  }
}
