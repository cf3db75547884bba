package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.server.frame.Frames;
import io.mooring.server.history.Position;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.traffic.Traffic;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.SingleThreadEventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscribersTest {
  private final Loops loops = new Loops(1);
  private final Loop loop = loops.at(0);
  private final Memory memory = new Memory();
  private final Random choice = new Random(11);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** Of the last frame that was sent to the crowd. */
  private int number;

  private final Subscribers subscribers =
      new Subscribers("demo.x", loop, memory, true, true, new Traffic(meters));
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void tellsItsMembersWhenFramesCannotBeHeldAndGoesOnWithTheNext() throws Exception {
    turn(() -> join("ann", "bob"));

    memory.full = true;
    turn(() -> send(new byte[10]));
    turn(() -> memory.full = false);
    turn(() -> send(new byte[7]));

    assertEquals(List.of("bob missed", "ann missed", "bob 7", "ann 7"), heard);
  }

  @Test
  void tellsItsMembersWhenARoundBreaksOffAndGoesOnWithTheNext() throws Exception {
    turn(() -> join("ann", "thief", "bob"));

    turn(() -> send(new byte[10]));
    turn(() -> send(new byte[7]));

    assertEquals(
        List.of(
            "bob 10",
            "thief 10",
            "ann 10",
            "bob missed",
            "thief missed",
            "ann missed",
            "bob 7",
            "thief 7",
            "ann 7"),
        heard);
  }

  @Test
  void deliversToTheOthersWhenOneFails() throws Exception {
    turn(() -> join("ann", "broken", "bob"));

    turn(() -> send(new byte[7]));

    assertEquals(List.of("bob 7", "broken missed", "ann 7"), heard);
  }

  @Test
  void sendsWhatComesInOneTurnInOneBufferEvenIfNothingElseHappens() throws Exception {
    turn(() -> join("ann"));

    turn(
        () -> {
          send(new byte[7]);
          send(new byte[10]);
        });

    assertEquals(List.of("ann 17"), heard);
  }

  @Test
  void compressesForThoseWhoTakeItAndLetsThemSkipAsWell() throws Exception {
    byte[] text = compressible();
    turn(
        () -> {
          join("small ann", "small cid", "bob");
          send(text);
          join("small dan");
          send(text);
        });

    int one = loop.executor().submit(() -> Frames.deflated(text, loop.flate()).length).get();
    assertTrue(one < 100, () -> one + " bytes");
    assertEquals(
        List.of("small dan " + one, "bob 2000", "small cid " + 2 * one, "small ann " + 2 * one),
        heard);
  }

  @Test
  void bringsTheCongestedOneUpdateAfterTheOtherWithItsKey() throws Exception {
    byte[] text = compressible();
    turn(
        () -> {
          join("ann", "congested bob", "small congested cid");
          send("k", text);
          join("congested dan");
          send("", new byte[7]);
          send("k", new byte[8]);
        });

    int one = loop.executor().submit(() -> Frames.deflated(text, loop.flate()).length).get();
    assertEquals(
        List.of(
            "congested dan demo.x  7",
            "congested dan demo.x k 8",
            "small congested cid demo.x k " + one,
            "small congested cid demo.x  7",
            "small congested cid demo.x k 8",
            "congested bob demo.x k 1000",
            "congested bob demo.x  7",
            "congested bob demo.x k 8",
            "ann 1015"),
        heard);
    assertEquals(11, meters.get("mooring_messages_delivered").counter().count());
  }

  @Test
  void bringsTheCongestedOneBufferWhereTheChannelDoesNotConflate() throws Exception {
    Subscribers whole = new Subscribers("demo.y", loop, memory, false, false, new Traffic(meters));
    turn(
        () -> {
          whole.add(
              new Joining(new Subscription(new Member("congested ann"), "demo.y"), 1, null),
              new Admission.Fresh(new Position("e", 0, 0)));
          whole.send(new Update("k", new byte[7]), System.nanoTime());
          whole.send(new Update("k", new byte[8]), System.nanoTime());
        });

    assertEquals(List.of("congested ann 15"), heard);
  }

  @Test
  void goesRoundInPortionsAndBringsEachAtItsTurnWhatHasComeByThen() throws Exception {
    turn(
        () -> {
          crowd(2 * Subscribers.PORTION + 1);
          send(frame(1));

          assertFalse(subscribers.isShort());
          assertTrue(subscribers.advance());
          assertEquals(Subscribers.PORTION, served());
          send(frame(2));
          send(frame(3));
          assertTrue(subscribers.advance());
          // The next round comes after a rest.
          assertFalse(subscribers.advance());
          assertEquals(2 * Subscribers.PORTION + 1, served());
          assertEquals(2, subscribers.waiting());

          finish();
          int first = everyone.size() - Subscribers.PORTION;
          for (Crowded member : everyone.subList(first, everyone.size())) {
            assertEquals(List.of("1", "2 3"), member.buffers);
          }
          for (Crowded member : everyone.subList(0, first)) {
            assertEquals(List.of("1 2 3"), member.buffers);
          }
        });
  }

  @Test
  void goesOnByItselfAfterItsRest() throws Exception {
    turn(
        () -> {
          crowd(2 * Subscribers.PORTION);
          everyone.getFirst().onceHeard = () -> send(frame(2));
          send(frame(1));
        });

    Awaitility.await()
        .until(
            () ->
                loop.executor()
                    .submit(
                        () -> everyone.stream().allMatch(one -> one.numbers.equals(List.of(1, 2))))
                    .get());
  }

  @Test
  void measuresUntilTheLastOfThoseWhoAreThereHasAnUpdate() throws Exception {
    turn(
        () -> {
          crowd(4 * Subscribers.PORTION);
          List<Crowded> lastServed = List.copyOf(everyone.subList(0, 2 * Subscribers.PORTION));
          send(frame(1));
          subscribers.advance();
          send(frame(2));
          portions(3);
          assertEquals(1, fannedOut());

          portions(2);
          send(frame(3));
          lastServed.forEach(this::leave);
          portions(1);
          assertEquals(1, fannedOut());

          portions(1);
          assertEquals(2, fannedOut());
        });
  }

  private void portions(int count) {
    for (int i = 0; i < count; i++) {
      subscribers.advance();
    }
  }

  private long fannedOut() {
    return meters.get("mooring_fanout_seconds").timer().count();
  }

  @Test
  void bringsAJoinerInARoundNothingThatCameBeforeIt() throws Exception {
    turn(
        () -> {
          crowd(2 * Subscribers.PORTION);
          send(frame(1));
          subscribers.advance();
          send(frame(2));
          Crowded late = enter();
          send(frame(3));

          finish();

          assertEquals(List.of("3"), late.buffers);
          assertEquals(List.of("1 2 3"), everyone.getFirst().buffers);
        });
  }

  @Test
  void bringsAJoinerNothingOfTheTurnInWhichItCame() throws Exception {
    turn(
        () -> {
          Crowded early = enter();
          send(frame(1));
          Crowded late = enter();

          assertFalse(subscribers.advance());

          assertEquals(List.of("1"), early.buffers);
          assertEquals(List.of(), late.buffers);
        });
  }

  @Test
  void servesEveryoneOnceWhenServedAndUnservedLeaveInTheMiddleOfARound() throws Exception {
    turn(
        () -> {
          crowd(3 * Subscribers.PORTION);
          send(frame(1));
          subscribers.advance();
          List<Crowded> served = everyone.stream().filter(one -> !one.buffers.isEmpty()).toList();
          List<Crowded> unserved = everyone.stream().filter(one -> one.buffers.isEmpty()).toList();

          leave(served.get(5));
          leave(unserved.get(7));
          leave(unserved.getLast());
          leave(served.getFirst());
          finish();

          for (Crowded one : everyone) {
            boolean gone = one == unserved.get(7) || one == unserved.getLast();
            assertEquals(gone ? List.of() : List.of("1"), one.buffers);
          }
        });
  }

  @Test
  void letsNobodyWaitForFramesThatFillMoreThanOneBuffer() throws Exception {
    byte[] large = new byte[Outgoing.MOST_BYTES - 1];
    turn(
        () -> {
          join("ann");
          send(large);
          send(large);
          join("bob");
          send(new byte[1]);
        });
    turn(() -> {});

    assertEquals(List.of("bob 1", "ann 65535", "ann 65536"), heard);
  }

  @Test
  void startsAnewWhenTheChannelBringsMoreThanItsLoopCanSend() throws Exception {
    turn(
        () -> {
          join("ann");
          for (int sum = 0; sum <= Subscribers.MOST_WAITING_BYTES; sum += 1 << 20) {
            send(new byte[1 << 20]);
          }
        });
    turn(() -> send(new byte[7]));

    assertEquals(List.of("ann missed", "ann 7"), heard);
  }

  /** Any order of joins, leaves, frames and portions, with consumers that leave in their turn. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void bringsEachItsOwnFramesInOrderWhateverTheInterleaving(long seed) throws Exception {
    Random random = new Random(seed);
    turn(
        () -> {
          crowd(random.nextInt(3 * Subscribers.PORTION));
          for (int step = 0; step < 4_000; step++) {
            switch (random.nextInt(8)) {
              case 0 -> enter();
              case 1 -> present().ifPresent(one -> leave(one));
              case 2 -> present().ifPresent(one -> one.fragile = true);
              case 3, 4, 5 -> {
                number++;
                for (Crowded one : everyone) {
                  one.last = one.gone ? one.last : number;
                }
                send(frame(number));
              }
              default -> subscribers.advance();
            }
          }
          finish();

          everyone.forEach(one -> one.expectWhole());
          assertEquals(
              everyone.stream().mapToLong(Crowded::frames).sum(),
              (long) meters.get("mooring_messages_delivered").counter().count());
          assertTrue(meters.get("mooring_fanout_seconds").timer().count() > 0);
        });
  }

  /** Does what is left to do without any rest. */
  private void finish() {
    while (subscribers.waiting() > 0) {
      subscribers.advance();
    }
  }

  private void send(byte[] frame) {
    send("", frame);
  }

  private void send(String key, byte[] frame) {
    subscribers.send(new Update(key, frame), System.nanoTime());
  }

  private void join(String... names) {
    for (String name : names) {
      subscribers.add(
          new Joining(new Subscription(new Member(name), "demo.x"), 1, null),
          new Admission.Fresh(new Position("e", 0, 0)));
    }
  }

  /** Runs the task on the loop, up to the end of its turn. */
  private void turn(Runnable task) throws Exception {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loop.executor()
        .submit(
            () -> {
              ((SingleThreadEventLoop) loop.executor())
                  .executeAfterEventLoopIteration(() -> ended.complete(null));
              task.run();
            })
        .get(30, TimeUnit.SECONDS);
    ended.get(10, TimeUnit.SECONDS);
  }

  private final class Member implements Subscriber {
    private final String name;

    Member(String name) {
      this.name = name;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public boolean takesDeflated() {
      return name.startsWith("small");
    }

    @Override
    public boolean congested() {
      return name.contains("congested");
    }

    @Override
    public void deliver(String channel, Update update) {
      heard.add(name + " " + channel + " " + update.key() + " " + update.frame().length);
    }

    @Override
    public void subscribed(Joining joining, Admission admission) {}

    @Override
    public void unavailable(Joining joining) {}

    @Override
    public void deliver(ByteBuf frames) {
      if (name.equals("broken")) {
        throw new AssertionError("as the test wants it");
      }
      heard.add(name + " " + frames.readableBytes());
      if (name.equals("thief") && frames.readableBytes() == 10) {
        frames.release();
      }
    }

    @Override
    public void missed() {
      heard.add(name + " missed");
    }
  }

  private final List<Crowded> everyone = new ArrayList<>();

  private void crowd(int count) {
    for (int i = 0; i < count; i++) {
      enter();
    }
  }

  private Crowded enter() {
    Crowded one = new Crowded();
    everyone.add(one);
    subscribers.add(
        new Joining(one.subscription, 1, null), new Admission.Fresh(new Position("e", 0, 0)));
    return one;
  }

  private void leave(Crowded one) {
    one.gone = true;
    subscribers.remove(one.subscription);
  }

  private Optional<Crowded> present() {
    Crowded one = everyone.isEmpty() ? null : everyone.get(choice.nextInt(everyone.size()));
    return Optional.ofNullable(one == null || one.gone ? null : one);
  }

  private long served() {
    return everyone.stream().filter(one -> !one.buffers.isEmpty()).count();
  }

  /** A frame of 1,000 bytes, of which compression leaves few. */
  private static byte[] compressible() {
    byte[] text = new byte[1_000];
    Frames.header(text, 0, Frames.TEXT, text.length - Frames.headerLength(text.length - 4));
    return text;
  }

  /** A frame that is its own number. */
  private static byte[] frame(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** One of many, who notes the numbers of its frames, buffer by buffer. */
  private final class Crowded implements Subscriber {
    private final Subscription subscription = new Subscription(this, "demo.x");
    private final List<String> buffers = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private final int first = number + 1;
    private int last = first - 1;
    private boolean gone;
    private boolean fragile;
    private @Nullable Runnable onceHeard;
    private final boolean deflated = choice.nextBoolean();

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public boolean takesDeflated() {
      return deflated;
    }

    @Override
    public void subscribed(Joining joining, Admission admission) {}

    @Override
    public void unavailable(Joining joining) {}

    @Override
    public void deliver(ByteBuf frames) {
      assertFalse(gone);
      StringJoiner buffer = new StringJoiner(" ");
      for (int at = frames.readerIndex(); at < frames.writerIndex(); at += Integer.BYTES) {
        numbers.add(frames.getInt(at));
        buffer.add(Integer.toString(frames.getInt(at)));
      }
      buffers.add(buffer.toString());
      Runnable then = onceHeard;
      if (then != null) {
        onceHeard = null;
        then.run();
      }
      if (fragile) {
        leave(this);
      }
    }

    @Override
    public void missed() {
      throw new AssertionError("nothing is missed here");
    }

    long frames() {
      return numbers.size();
    }

    /** Without a hole or a double from its first on, and to the last unless it left before. */
    void expectWhole() {
      for (int i = 0; i < numbers.size(); i++) {
        assertEquals(first + i, numbers.get(i));
      }
      if (!gone) {
        assertEquals(last - first + 1, numbers.size());
      }
    }
  }

  /** Direct memory that can be used up. */
  private static final class Memory extends AbstractByteBufAllocator {
    private volatile boolean full;

    @Override
    protected ByteBuf newHeapBuffer(int initial, int most) {
      return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initial, most);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initial, int most) {
      if (full) {
        throw new OutOfMemoryError("as the test wants it");
      }
      return UnpooledByteBufAllocator.DEFAULT.directBuffer(initial, most);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
