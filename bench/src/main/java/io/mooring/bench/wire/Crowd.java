package io.mooring.bench.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Clients of one kind, on event loops of their own, so that no other kind makes them late. Methods
 * are for one thread that is none of the loops.
 */
public final class Crowd implements AutoCloseable {
  private static final int AT_ONCE = 64;
  private static final int READ_BYTES = 64 * 1024;
  private static final long PATIENCE_SECONDS = 60;

  private final EventLoopGroup loops;
  private final List<Lane> lanes = new ArrayList<>();
  private final Bootstrap bootstrap;
  private final List<Client> clients = new ArrayList<>();

  private final AtomicInteger complaints = new AtomicInteger();
  private volatile Optional<String> firstComplaint = Optional.empty();

  /** One that a single loop has time for. */
  public Crowd(String name) {
    this(name, 1);
  }

  private Crowd(String name, int size) {
    loops =
        new MultiThreadIoEventLoopGroup(
            size, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
    for (EventExecutor loop : loops) {
      lanes.add(new Lane(this, (EventLoop) loop));
    }
    bootstrap =
        new Bootstrap()
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
  }

  /** One that all the machine's processors read for, so that nobody waits for a single thread. */
  public static Crowd large(String name) {
    return new Crowd(name, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Opens clients, some at a time, and returns when all are subscribed.
   *
   * @throws IllegalStateException with the first reason why one is not
   */
  public void open(List<Entrance> entrances) {
    Semaphore slots = new Semaphore(AT_ONCE);
    List<CompletableFuture<Client>> opening = new ArrayList<>(entrances.size());
    for (Entrance entrance : entrances) {
      take(slots);
      CompletableFuture<Client> opened = open(entrance, lane(opening.size()));
      opening.add(opened.whenComplete((client, failure) -> slots.release()));
      if (opened.isCompletedExceptionally()) {
        break;
      }
    }
    opening.forEach(client -> clients.add(await(client)));
  }

  /** Where a client belongs, the first having number 0. */
  Lane lane(int client) {
    return lanes.get(client % lanes.size());
  }

  private CompletableFuture<Client> open(Entrance entrance, Lane lane) {
    Client client = new Client(lane, entrance);
    bootstrap
        .clone(lane.loop())
        .handler(client)
        .connect(entrance.address())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                client.ready().completeExceptionally(connected.cause());
              }
            });
    return client.ready();
  }

  private static void take(Semaphore slots) {
    try {
      if (!slots.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "no client was subscribed for %d s".formatted(PATIENCE_SECONDS));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while clients connect", interrupted);
    }
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new IllegalStateException(
          "a client was not subscribed: " + failed.getCause(), failed.getCause());
    } catch (TimeoutException late) {
      throw new IllegalStateException(
          "a client was not subscribed within %d s".formatted(PATIENCE_SECONDS), late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while clients connect", interrupted);
    }
  }

  /** The clients in the order in which they came. */
  List<Client> clients() {
    return clients;
  }

  public int size() {
    return clients.size();
  }

  /** Where a client's subscription began. */
  public Position position(int client) {
    Client one = clients.get(client);
    return one.lane().ask(one::position);
  }

  /** How many subscriptions were resumes without a gap. */
  public long recovered() {
    return each(Client::recovered).stream().filter(recovered -> recovered).count();
  }

  /** The number of the last publication that each client has; negative if none. */
  public List<Long> last() {
    return each(Client::last);
  }

  /** What has come since {@link #forget}. */
  public Received received() {
    return lanes.stream()
        .map(lane -> lane.ask(lane.tally::received))
        .reduce(Received::and)
        .orElseThrow();
  }

  /** How many publications have come since {@link #forget}. */
  public long delivered() {
    return lanes.stream().mapToLong(lane -> lane.ask(lane.tally::count)).sum();
  }

  /** Counts from nothing again. */
  public void forget() {
    for (Lane lane : lanes) {
      lane.ask(
          () -> {
            lane.tally.reset();
            return true;
          });
    }
  }

  /** Ends all clients. */
  public void leave() {
    each(
        client -> {
          client.leave();
          return true;
        });
    clients.clear();
  }

  /**
   * @throws IllegalStateException if a server has cut a client off, or refused what it wanted
   */
  public void expectContent() {
    if (complaints.get() > 0) {
      throw new IllegalStateException(
          "%d clients complain, the first: %s"
              .formatted(complaints.get(), firstComplaint.orElse("")));
    }
  }

  /** What each client answers on its loop, in the order of the clients. */
  private <T> List<T> each(Function<Client, T> question) {
    Map<Client, T> answers = new HashMap<>();
    for (Lane lane : lanes) {
      List<Client> there = clients.stream().filter(client -> client.lane() == lane).toList();
      List<T> said = lane.ask(() -> there.stream().map(question).toList());
      for (int i = 0; i < there.size(); i++) {
        answers.put(there.get(i), said.get(i));
      }
    }
    return clients.stream().map(answers::get).toList();
  }

  void complaint(String text) {
    if (firstComplaint.isEmpty()) {
      firstComplaint = Optional.of(text);
    }
    complaints.incrementAndGet();
  }

  @Override
  public void close() {
    leave();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
