package io.mooring.bench.bar;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.wire.Crowd;
import io.mooring.bench.wire.Entrance;
import io.mooring.bench.wire.Position;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** How clients of a bar come in: each as a user of its own. */
final class Clients {
  /** Of each contender as many, unless there are fewer channels. */
  private static final int SENDERS = 8;

  private final Contender contender;
  private final Running running;

  Clients(Contender contender, Running running) {
    this.contender = contender;
    this.running = running;
  }

  /** Subscribers of one channel each, on the servers in turn. */
  void subscribe(Crowd crowd, int count, IntFunction<String> channel) {
    crowd.open(
        IntStream.range(0, count)
            .mapToObj(i -> entrance(server(i), i, channel.apply(i), Optional.empty(), -1, false))
            .toList());
  }

  /** Subscribers of one channel, all on one server. */
  void subscribe(Crowd crowd, int count, int server, String channel) {
    crowd.open(
        IntStream.range(0, count)
            .mapToObj(i -> entrance(server, i, channel, Optional.empty(), -1, false))
            .toList());
  }

  /**
   * Subscribers of one channel, on the servers in turn, who are no others' users.
   *
   * @param first the number of the first one's user
   * @param watches whether they are told who else subscribes
   */
  void subscribe(Crowd crowd, int first, int count, String channel, boolean watches) {
    crowd.open(
        IntStream.range(first, first + count)
            .mapToObj(i -> entrance(server(i), i, channel, Optional.empty(), -1, watches))
            .toList());
  }

  /**
   * The same, who come back.
   *
   * @param had the number of the last publication that all of them know
   */
  void resume(Crowd crowd, int count, int server, String channel, Position from, long had) {
    crowd.open(
        IntStream.range(0, count)
            .mapToObj(i -> entrance(server, i, channel, Optional.of(from), had, false))
            .toList());
  }

  /**
   * Those who only publish, on the servers in turn. Each has a channel to publish to: one that said
   * nothing would be closed as a client that does not come to the point.
   */
  void send(Crowd crowd, int channels) {
    crowd.open(
        IntStream.range(0, Math.min(SENDERS, channels))
            .mapToObj(i -> entrance(server(i), 1_000_000 + i, "", Optional.empty(), -1, false))
            .toList());
  }

  private int server(int client) {
    return client % running.addresses().size();
  }

  private Entrance entrance(
      int server, int user, String channel, Optional<Position> from, long had, boolean watches) {
    List<InetSocketAddress> servers = running.addresses();
    return new Entrance(
        servers.get(server),
        contender.dialect(),
        () -> running.credential("user-" + user),
        channel,
        from,
        had,
        watches);
  }
}
