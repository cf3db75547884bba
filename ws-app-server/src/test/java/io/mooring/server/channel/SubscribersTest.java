package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.loop.Loop;
import io.mooring.server.traffic.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What subscribers of all kinds get, and what happens when one of them, or all, cannot have it. */
class SubscribersTest {
  private final SubscribersStand stand = new SubscribersStand();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void tellsItsMembersWhenFramesCannotBeHeldAndGoesOnWithTheNext() throws Exception {
    stand.turn(() -> join("ann", "bob"));

    stand.memory.full = true;
    stand.turn(() -> stand.send(new byte[Subscribers.MOST_ALONE_BYTES + 1]));
    stand.turn(() -> stand.memory.full = false);
    stand.turn(() -> stand.send(new byte[7]));

    assertEquals(List.of("bob missed", "ann missed", "bob 7", "ann 7"), heard);
  }

  @Test
  void tellsItsMembersWhenARoundBreaksOffAndGoesOnWithTheNext() throws Exception {
    stand.turn(() -> join("ann", "thief", "bob"));

    stand.turn(
        () -> {
          stand.send(new byte[4]);
          stand.send(new byte[6]);
        });
    stand.turn(() -> stand.send(new byte[7]));

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

  @ParameterizedTest
  @ValueSource(ints = {7, Subscribers.MOST_ALONE_BYTES + 1})
  void deliversToTheOthersWhenOneFails(int length) throws Exception {
    stand.turn(() -> join("ann", "broken", "bob"));

    stand.turn(() -> stand.send(new byte[length]));

    assertEquals(List.of("bob " + length, "broken missed", "ann " + length), heard);
  }

  @Test
  void allocatesNoBufferForOneUpdateForAFew() throws Exception {
    stand.turn(() -> join("ann", "small bob"));

    stand.memory.full = true;
    stand.turn(() -> stand.send(new byte[Subscribers.MOST_ALONE_BYTES]));

    assertEquals(2, heard.size());
    assertEquals("ann 4096", heard.get(1));
  }

  @Test
  void letsThoseShareItForWhomSomethingWaits() throws Exception {
    stand.turn(() -> join("busy ann", "bob"));

    stand.turn(() -> stand.send(new byte[7]));

    assertEquals(List.of("bob 7", "busy ann 7"), heard);
  }

  @Test
  void letsManyShareOneUpdate() throws Exception {
    String[] many = Collections.nCopies(Subscribers.PORTION + 1, "ann").toArray(String[]::new);
    stand.turn(() -> join(many));

    stand.memory.full = true;
    stand.turn(() -> stand.send(new byte[7]));

    assertEquals(Collections.nCopies(many.length, "ann missed"), heard);
  }

  @Test
  void sendsWhatComesInOneTurnInOneBufferEvenIfNothingElseHappens() throws Exception {
    stand.turn(() -> join("ann"));

    stand.turn(
        () -> {
          stand.send(new byte[7]);
          stand.send(new byte[10]);
        });

    assertEquals(List.of("ann 17"), heard);
  }

  @Test
  void compressesForThoseWhoTakeItAndLetsThemSkipAsWell() throws Exception {
    byte[] text = SubscribersStand.compressible();
    stand.turn(
        () -> {
          join("small ann", "small cid", "bob");
          stand.send(text);
          join("small dan");
          stand.send(text);
        });

    int one = stand.deflated(text);
    assertTrue(one < 100, () -> one + " bytes");
    assertEquals(
        List.of("small dan " + one, "bob 2000", "small cid " + 2 * one, "small ann " + 2 * one),
        heard);
  }

  @Test
  void bringsTheCongestedOneUpdateAfterTheOtherWithItsKey() throws Exception {
    byte[] text = SubscribersStand.compressible();
    stand.turn(
        () -> {
          join("ann", "congested bob", "small congested cid");
          stand.send("k", text);
          join("congested dan");
          stand.send("", new byte[7]);
          stand.send("k", new byte[8]);
        });

    int one = stand.deflated(text);
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
    assertEquals(11, stand.meters.get("mooring_messages_delivered").counter().count());
  }

  @Test
  void bringsTheCongestedOneBufferWhereTheChannelDoesNotConflate() throws Exception {
    Subscribers whole =
        new Subscribers(
            "demo.y", stand.loop, stand.memory, false, false, new Traffic(stand.meters));
    stand.turn(
        () -> {
          SubscribersStand.add(new Subscription(new Member("congested ann"), "demo.y"), whole);
          whole.send(new Update("k", new byte[7]), System.nanoTime());
          whole.send(new Update("k", new byte[8]), System.nanoTime());
        });

    assertEquals(List.of("congested ann 15"), heard);
  }

  @Test
  void letsNobodyWaitForFramesThatFillMoreThanOneBuffer() throws Exception {
    byte[] large = new byte[Outgoing.MOST_BYTES - 1];
    stand.turn(
        () -> {
          join("ann");
          stand.send(large);
          stand.send(large);
          join("bob");
          stand.send(new byte[1]);
        });
    stand.turn(() -> {});

    assertEquals(List.of("bob 1", "ann 65535", "ann 65536"), heard);
  }

  @Test
  void startsAnewWhenTheChannelBringsMoreThanItsLoopCanSend() throws Exception {
    stand.turn(
        () -> {
          join("ann");
          for (int sum = 0; sum <= Subscribers.MOST_WAITING_BYTES; sum += 1 << 20) {
            stand.send(new byte[1 << 20]);
          }
        });
    stand.turn(() -> stand.send(new byte[7]));

    assertEquals(List.of("ann missed", "ann 7"), heard);
  }

  private void join(String... names) {
    for (String name : names) {
      stand.add(new Subscription(new Member(name), SubscribersStand.CHANNEL));
    }
  }

  private final class Member implements Subscriber {
    private final String name;

    Member(String name) {
      this.name = name;
    }

    @Override
    public Loop loop() {
      return stand.loop;
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
    public boolean isIdle() {
      return !name.startsWith("busy");
    }

    @Override
    public void deliver(byte[] frame) {
      assertTrue(isIdle());
      deliver(Unpooled.wrappedBuffer(frame));
    }

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
}
