package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class StrandTest {
  private static final int SECONDS = 20;

  @AutoClose private final Loops loops = new Loops(3);
  private final Strand strand = loops.strand(0);

  @Test
  void aLoopThatFindsItFreeRunsWhatItBringsAtOnce() throws Exception {
    CompletableFuture<Boolean> atOnce = new CompletableFuture<>();

    loops
        .at(1)
        .run(
            () -> {
              AtomicBoolean ran = new AtomicBoolean();
              strand.run(() -> ran.set(strand.inside() && loops.at(1).inside()));
              atOnce.complete(ran.get());
            });

    assertTrue(get(atOnce));
    assertFalse(strand.inside());
  }

  @Test
  void whoIsAtItRunsWhatOthersBringMeanwhile() throws Exception {
    Halt halt = haltedInsideTheStrand();
    CompletableFuture<Boolean> ranByTheFirst = new CompletableFuture<>();

    loops
        .at(2)
        .run(
            () -> {
              strand.run(() -> ranByTheFirst.complete(loops.at(1).inside()));
              halt.goOn();
            });

    assertTrue(get(ranByTheFirst));
  }

  @Test
  void whatAThreadBringsThatIsNoLoopIsRunByItsKeeper() throws Exception {
    CompletableFuture<Boolean> byKeeper = new CompletableFuture<>();

    strand.run(() -> byKeeper.complete(strand.inside() && loops.at(0).inside()));

    assertTrue(get(byKeeper));
  }

  @Test
  void whatAThreadBroughtThatIsNoLoopIsRunBeforeWhatALoopBringsLater() throws Exception {
    Halt halt = new Halt();
    List<String> order = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    loops.at(0).run(halt);
    halt.awaitReached();

    strand.run(() -> order.add("first"));
    loops
        .at(1)
        .executor()
        .submit(
            () ->
                strand.run(
                    () -> {
                      order.add("second");
                      last.complete(null);
                    }))
        .get(SECONDS, TimeUnit.SECONDS);
    halt.goOn();

    get(last);
    assertEquals(List.of("first", "second"), order);
  }

  @Test
  void whatThrowsKeepsNobodyOut() throws Exception {
    CompletableFuture<Boolean> after = new CompletableFuture<>();
    loops
        .at(1)
        .run(
            () ->
                strand.run(
                    () -> {
                      strand.run(
                          () -> loops.at(2).run(() -> strand.run(() -> after.complete(true))));
                      throw new IllegalStateException("as it happens");
                    }));

    assertTrue(get(after));
  }

  @Test
  void whatOneLoopBringsIsRunInItsOrder() throws Exception {
    Halt halt = haltedInsideTheStrand();
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Void> all = new CompletableFuture<>();

    loops
        .at(2)
        .run(
            () -> {
              for (int i = 0; i < 200; i++) {
                int number = i;
                strand.run(() -> order.add(number));
              }
              strand.run(() -> all.complete(null));
              halt.goOn();
            });

    get(all);
    assertEquals(IntStream.range(0, 200).boxed().toList(), order);
  }

  /** A loop that brings something itself hears of it after what others had it told before. */
  @Test
  void aLoopHearsEverythingInTheStrandsOrder() throws Exception {
    Halt halt = new Halt();
    List<String> heard = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    Loop hearer = loops.at(2);
    hearer.run(
        () -> {
          halt.run();
          strand.run(() -> strand.tell(hearer, () -> heard.add("second")));
          heard.add("done");
          strand.run(() -> strand.tell(hearer, () -> last.complete(null)));
        });
    halt.awaitReached();

    loops
        .at(1)
        .run(
            () -> {
              strand.run(() -> strand.tell(hearer, () -> heard.add("first")));
              halt.goOn();
            });

    get(last);
    assertEquals(List.of("done", "first", "second"), heard);
  }

  @Test
  void whatComesOfAMessageIsHeardAfterTheRestOfIt() throws Exception {
    Halt halt = new Halt();
    List<String> heard = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    Loop hearer = loops.at(2);
    hearer.run(halt);
    halt.awaitReached();

    loops
        .at(1)
        .run(
            () -> {
              strand.run(() -> strand.tell(hearer, () -> leadOn(hearer, heard, last)));
              halt.goOn();
            });

    get(last);
    assertEquals(List.of("first", "second"), heard);
  }

  @Test
  void whatComesOfSomethingThatIsHeardAtOnceIsHeardAfterTheRestOfIt() throws Exception {
    List<String> heard = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    Loop hearer = loops.at(2);

    hearer.run(() -> strand.run(() -> strand.tell(hearer, () -> leadOn(hearer, heard, last))));

    get(last);
    assertEquals(List.of("first", "second"), heard);
  }

  private void leadOn(Loop hearer, List<String> heard, CompletableFuture<Void> last) {
    strand.run(
        () ->
            strand.tell(
                hearer,
                () -> {
                  heard.add("second");
                  last.complete(null);
                }));
    heard.add("first");
  }

  /** Whoever brings something to another strand in the middle of this one's task. */
  @Test
  void nothingComesInBetweenFromWhatOthersBringToAnotherStrand() throws Exception {
    Halt halt = new Halt();
    List<String> order = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    Strand other = loops.strand(1);
    loops
        .at(2)
        .run(
            () ->
                strand.run(
                    () -> {
                      other.run(halt);
                      order.add("first");
                    }));
    halt.awaitReached();

    loops
        .at(0)
        .run(
            () -> {
              other.run(
                  () ->
                      strand.run(
                          () -> {
                            order.add("second");
                            last.complete(null);
                          }));
              halt.goOn();
            });

    get(last);
    assertEquals(List.of("first", "second"), order);
  }

  /** Loops stop one after the other. */
  @Test
  void whatWaitsIsRunThoughTheKeeperHasStopped() throws Exception {
    loops
        .at(0)
        .executor()
        .shutdownGracefully(0, 0, TimeUnit.SECONDS)
        .get(SECONDS, TimeUnit.SECONDS);
    Halt halt = haltedInsideTheStrand();
    CountDownLatch left = new CountDownLatch(200);

    loops
        .at(2)
        .run(
            () -> {
              for (long i = left.getCount(); i > 0; i--) {
                strand.run(left::countDown);
              }
              halt.goOn();
            });

    assertTrue(left.await(SECONDS, TimeUnit.SECONDS), () -> left.getCount() + " were not run");
  }

  /**
   * All loops bring numbers to one strand, and the strand tells all of them to all loops: the order
   * in which one loop brought its numbers holds everywhere, and all loops hear one order.
   */
  @Test
  void keepsTheOrderOfEachLoopAndTellsAllLoopsOneOrder() throws Exception {
    int each = 50_000;
    CountDownLatch together = new CountDownLatch(loops.size());
    List<Long> order = new ArrayList<>();
    List<List<Long>> heard = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    CountDownLatch left = new CountDownLatch(loops.size() * loops.size() * each);
    for (int from = 0; from < loops.size(); from++) {
      int its = from;
      loops
          .at(from)
          .run(
              () -> {
                together.countDown();
                Halt.await(together);
                bring(its, 0, each, order, heard, left);
              });
    }

    assertTrue(left.await(SECONDS, TimeUnit.SECONDS), () -> left.getCount() + " were not heard");
    for (List<Long> there : heard) {
      assertEquals(order, there);
    }
    for (int from = 0; from < loops.size(); from++) {
      long first = (long) from * each;
      List<Long> its = order.stream().filter(n -> n >= first && n < first + each).toList();
      assertEquals(its.stream().sorted().toList(), its);
      assertEquals(each, its.size());
    }
  }

  /** A few at a time, so that the loops also have tasks of their own to run. */
  private void bring(
      int from, int next, int each, List<Long> order, List<List<Long>> heard, CountDownLatch left) {
    loops
        .at(from)
        .executor()
        .execute(
            () -> {
              int end = Math.min(each, next + 1 + next % 97);
              for (int i = next; i < end; i++) {
                long number = (long) from * each + i;
                turn(i % 40);
                strand.run(() -> tellAll(number, order, heard, left));
              }
              if (end < each) {
                bring(from, end, each, order, heard, left);
              }
            });
  }

  /** Work of the loop's own, so that the strand is free now and then. */
  private static void turn(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }

  private void tellAll(long number, List<Long> order, List<List<Long>> heard, CountDownLatch left) {
    order.add(number);
    for (int to = 0; to < loops.size(); to++) {
      List<Long> there = heard.get(to);
      strand.tell(
          loops.at(to),
          () -> {
            there.add(number);
            left.countDown();
          });
    }
  }

  private Halt haltedInsideTheStrand() {
    Halt halt = new Halt();
    loops.at(1).run(() -> strand.run(halt));
    halt.awaitReached();
    return halt;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }
}
