package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rounds of the {@link Subscribers}, with joins and leaves in the middle of them. */
class RoundsTest {
  private final SubscribersStand stand = new SubscribersStand();
  private final Random choice = new Random(11);
  private final List<Crowded> everyone = new ArrayList<>();

  /** Of the last frame that was sent to the crowd. */
  private int number;

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void goesRoundInPortionsAndBringsEachAtItsTurnWhatHasComeByThen() throws Exception {
    stand.turn(
        () -> {
          crowd(2 * Subscribers.PORTION + 1);
          stand.send(frame(1));

          assertFalse(stand.subscribers.isShort());
          assertTrue(stand.subscribers.advance());
          assertEquals(Subscribers.PORTION, served());
          stand.send(frame(2));
          stand.send(frame(3));
          assertTrue(stand.subscribers.advance());
          // The next round comes after a rest.
          assertFalse(stand.subscribers.advance());
          assertEquals(2 * Subscribers.PORTION + 1, served());
          assertEquals(2, stand.subscribers.waiting());

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
    stand.turn(
        () -> {
          crowd(2 * Subscribers.PORTION);
          everyone.getFirst().onceHeard = () -> stand.send(frame(2));
          stand.send(frame(1));
        });

    Awaitility.await()
        .until(
            () ->
                stand
                    .loop
                    .executor()
                    .submit(
                        () -> everyone.stream().allMatch(one -> one.numbers.equals(List.of(1, 2))))
                    .get());
  }

  @Test
  void measuresUntilTheLastOfThoseWhoAreThereHasAnUpdate() throws Exception {
    stand.turn(
        () -> {
          crowd(4 * Subscribers.PORTION);
          List<Crowded> lastServed = List.copyOf(everyone.subList(0, 2 * Subscribers.PORTION));
          stand.send(frame(1));
          stand.subscribers.advance();
          stand.send(frame(2));
          portions(3);
          assertEquals(1, fannedOut());

          portions(2);
          stand.send(frame(3));
          lastServed.forEach(this::leave);
          portions(1);
          assertEquals(1, fannedOut());

          portions(1);
          assertEquals(2, fannedOut());
        });
  }

  @Test
  void bringsAJoinerInARoundNothingThatCameBeforeIt() throws Exception {
    stand.turn(
        () -> {
          crowd(2 * Subscribers.PORTION);
          stand.send(frame(1));
          stand.subscribers.advance();
          stand.send(frame(2));
          Crowded late = enter();
          stand.send(frame(3));

          finish();

          assertEquals(List.of("3"), late.buffers);
          assertEquals(List.of("1 2 3"), everyone.getFirst().buffers);
        });
  }

  @Test
  void bringsAJoinerNothingOfTheTurnInWhichItCame() throws Exception {
    stand.turn(
        () -> {
          Crowded early = enter();
          stand.send(frame(1));
          Crowded late = enter();

          assertFalse(stand.subscribers.advance());

          assertEquals(List.of("1"), early.buffers);
          assertEquals(List.of(), late.buffers);
        });
  }

  @Test
  void servesEveryoneOnceWhenServedAndUnservedLeaveInTheMiddleOfARound() throws Exception {
    stand.turn(
        () -> {
          crowd(3 * Subscribers.PORTION);
          stand.send(frame(1));
          stand.subscribers.advance();
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

  /** Any order of joins, leaves, frames and portions, with consumers that leave in their turn. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void bringsEachItsOwnFramesInOrderWhateverTheInterleaving(long seed) throws Exception {
    Random random = new Random(seed);
    stand.turn(
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
                stand.send(frame(number));
              }
              default -> stand.subscribers.advance();
            }
          }
          finish();

          everyone.forEach(one -> one.expectWhole());
          assertEquals(
              everyone.stream().mapToLong(Crowded::frames).sum(),
              (long) stand.meters.get("mooring_messages_delivered").counter().count());
          assertTrue(fannedOut() > 0);
          assertEquals(0, stand.memory.held());
        });
  }

  private void portions(int count) {
    for (int i = 0; i < count; i++) {
      stand.subscribers.advance();
    }
  }

  private long fannedOut() {
    return stand.meters.get("mooring_fanout_seconds").timer().count();
  }

  /** Does what is left to do without any rest. */
  private void finish() {
    while (stand.subscribers.waiting() > 0) {
      stand.subscribers.advance();
    }
  }

  private void crowd(int count) {
    for (int i = 0; i < count; i++) {
      enter();
    }
  }

  private Crowded enter() {
    Crowded one = new Crowded();
    everyone.add(one);
    stand.add(one.subscription);
    return one;
  }

  private void leave(Crowded one) {
    one.gone = true;
    stand.subscribers.remove(one.subscription);
  }

  private Optional<Crowded> present() {
    Crowded one = everyone.isEmpty() ? null : everyone.get(choice.nextInt(everyone.size()));
    return Optional.ofNullable(one == null || one.gone ? null : one);
  }

  private long served() {
    return everyone.stream().filter(one -> !one.buffers.isEmpty()).count();
  }

  /** A frame that is its own number. */
  private static byte[] frame(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** One of many, who notes the numbers of its frames, buffer by buffer. */
  private final class Crowded implements Subscriber {
    private final Subscription subscription = new Subscription(this, SubscribersStand.CHANNEL);
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
      return stand.loop;
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
    public void deliver(byte[] frame) {
      deliver(Unpooled.wrappedBuffer(frame));
    }

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
}
