package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A loop does what it has for another, whose thread sleeps, in that thread's place. */
class VisitTest {
  private static final int SECONDS = 20;

  @AutoClose private final Loops loops = new Loops(3);
  private final Strand strand = loops.strand(0);
  private final Loop guest = loops.at(1);
  private final Loop host = loops.at(2);

  @Test
  void theVisitorIsTheLoopForAsLong() throws Exception {
    CompletableFuture<Boolean> inside = new CompletableFuture<>();

    visit(() -> inside.complete(guest.inside() && host.inside()));

    assertTrue(get(inside));
    CompletableFuture<Boolean> after = new CompletableFuture<>();
    guest.run(() -> after.complete(host.inside()));
    assertFalse(get(after));
  }

  @Test
  void theThreadWaitsForItsVisitorToLeave() throws Exception {
    Halt halt = new Halt();
    List<String> order = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    Thread own = threadOf(host);
    visit(
        () -> {
          halt.run();
          order.add("visitor");
        });
    halt.awaitReached();

    host.run(
        () -> {
          order.add("thread");
          last.complete(null);
        });
    await(() -> own.getState() == Thread.State.WAITING);
    halt.goOn();

    get(last);
    assertEquals(List.of("visitor", "thread"), order);
  }

  @Test
  void inputWaitsForTheVisitorToLeave() throws Exception {
    CompletableFuture<String> read = new CompletableFuture<>();
    List<String> order = new ArrayList<>();
    try (Socket socket = connectedTo(host, () -> order.add("input"), read)) {
      Halt halt = new Halt();
      Thread own = threadOf(host);
      visit(
          () -> {
            halt.run();
            order.add("visitor");
          });
      halt.awaitReached();

      socket.getOutputStream().write(1);
      await(() -> own.getState() == Thread.State.WAITING);
      halt.goOn();

      get(read);
      assertEquals(List.of("visitor", "input"), order);
    }
  }

  /** Nothing else would wake the thread for an hour. */
  @Test
  void whatTheVisitorPutsOffIsDoneInTime() throws Exception {
    host.executor().schedule(() -> {}, 1, TimeUnit.HOURS);
    CompletableFuture<Void> done = new CompletableFuture<>();

    visit(() -> host.executor().schedule(() -> done.complete(null), 1, TimeUnit.MILLISECONDS));

    get(done);
  }

  @Test
  void whatTheVisitorLeavesInTheQueueIsDone() throws Exception {
    host.executor().schedule(() -> {}, 1, TimeUnit.HOURS);
    CompletableFuture<Boolean> byItsOwn = new CompletableFuture<>();
    Thread own = threadOf(host);

    visit(() -> host.executor().execute(() -> byItsOwn.complete(Thread.currentThread() == own)));

    assertTrue(get(byItsOwn));
  }

  @Test
  void whatTheVisitorLeavesInTheQueueDoesNotWaitForTheEndOfItsTurn() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<Boolean> inTurn = new CompletableFuture<>();

    visit(
        () -> host.executor().execute(done::countDown),
        () -> {
          Halt.await(done);
          inTurn.complete(true);
        });

    assertTrue(get(inTurn));
  }

  /** Input is there, and the thread has waited for one visitor: it does not wait for the next. */
  @Test
  void nobodyIsAheadOfTheThreadThatWaits() throws Exception {
    Halt turn = new Halt();
    CompletableFuture<String> read = new CompletableFuture<>();
    try (Socket socket = connectedTo(host, turn, read)) {
      Halt halt = new Halt();
      Thread own = threadOf(host);
      CompletableFuture<Boolean> again = new CompletableFuture<>();
      visit(halt, () -> again.complete(host.visit(() -> {})));
      halt.awaitReached();

      socket.getOutputStream().write(1);
      await(() -> own.getState() == Thread.State.WAITING);
      halt.goOn();

      assertFalse(get(again));
      turn.goOn();
      get(read);
    }
  }

  @Test
  void whatIsShortIsDoneByTheVisitorAndWhatIsLongByTheThread() throws Exception {
    host.executor().schedule(() -> {}, 1, TimeUnit.HOURS);
    Thread own = threadOf(host);
    CompletableFuture<Thread> brief = new CompletableFuture<>();
    CompletableFuture<Thread> lengthy = new CompletableFuture<>();

    visit(
        () -> {
          host.agenda().add(new Errand(true, brief));
          host.agenda().add(new Errand(false, lengthy));
        });

    assertEquals(threadOf(guest), get(brief));
    assertEquals(own, get(lengthy));
  }

  @Test
  void whatThrowsKeepsNobodyOut() throws Exception {
    visit(
        () -> {
          throw new IllegalStateException("as it happens");
        });

    CompletableFuture<Void> after = new CompletableFuture<>();
    visit(() -> after.complete(null));
    get(after);
  }

  /**
   * All loops tell all loops numbers, with rests in between: each is heard once, in order, by
   * nobody beside another; some of them on visits.
   */
  @Test
  void nobodyIsInsideBesideAnother() throws Exception {
    int each = 3_000;
    List<Inside> inside = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      inside.add(new Inside(threadOf(loops.at(i))));
    }
    CountDownLatch left = new CountDownLatch(loops.size() * loops.size() * each);
    for (int from = 0; from < loops.size(); from++) {
      bring(from, 0, each, inside, left);
    }

    assertTrue(left.await(60, TimeUnit.SECONDS), () -> left.getCount() + " were not heard");
    for (Inside there : inside) {
      assertEquals(0, there.beside.get());
      assertTrue(there.visits > 0);
      assertEquals(inside.getFirst().heard, there.heard);
    }
  }

  private void bring(int from, int number, int each, List<Inside> inside, CountDownLatch left) {
    loops
        .at(from)
        .executor()
        .schedule(
            () -> {
              strand.run(
                  () -> {
                    for (int to = 0; to < loops.size(); to++) {
                      Inside there = inside.get(to);
                      strand.tell(
                          loops.at(to),
                          () -> {
                            there.hear(from * each + number);
                            left.countDown();
                          });
                    }
                  });
              if (number + 1 < each) {
                bring(from, number + 1, each, inside, left);
              }
            },
            number % 7 * 50,
            TimeUnit.MICROSECONDS);
  }

  /** What one loop hears. */
  private static final class Inside {
    private final Thread own;
    private final List<Integer> heard = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger beside = new AtomicInteger();
    private int visits;

    Inside(Thread own) {
      this.own = own;
    }

    void hear(int number) {
      if (count.incrementAndGet() > 1) {
        beside.incrementAndGet();
      }
      heard.add(number);
      visits += Thread.currentThread() == own ? 0 : 1;
      count.decrementAndGet();
    }
  }

  private record Errand(boolean isShort, CompletableFuture<Thread> done) implements Agenda.Item {
    @Override
    public boolean advance() {
      done.complete(Thread.currentThread());
      return false;
    }
  }

  private void visit(Runnable task) throws Exception {
    visit(task, () -> {});
  }

  /**
   * Has the guest run the task on a visit; it tries until the host sleeps and it has the time.
   *
   * @param then runs when it has left, in the same turn
   */
  private void visit(Runnable task, Runnable then) throws Exception {
    threadOf(host);
    CompletableFuture<Void> visited = new CompletableFuture<>();
    tryToVisit(
        () -> {
          visited.complete(null);
          task.run();
        },
        then);
    get(visited);
  }

  private void tryToVisit(Runnable task, Runnable then) {
    guest
        .executor()
        .schedule(
            () -> {
              if (host.visit(task)) {
                then.run();
              } else {
                tryToVisit(task, then);
              }
            },
            1,
            TimeUnit.MILLISECONDS);
  }

  private Socket connectedTo(Loop loop, Runnable whenRead, CompletableFuture<String> read)
      throws Exception {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.at(0).executor(), loop.executor())
            .channel(loops.serverChannel())
            .childHandler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelRead(ChannelHandlerContext from, Object bytes) {
                    ReferenceCountUtil.release(bytes);
                    whenRead.run();
                    read.complete("read");
                  }
                });
    Channel server = bootstrap.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    return new Socket(address.getAddress(), address.getPort());
  }

  private static Thread threadOf(Loop loop) throws Exception {
    return loop.executor().submit(Thread::currentThread).get(SECONDS, TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "awaited in vain");
      Thread.onSpinWait();
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }
}
