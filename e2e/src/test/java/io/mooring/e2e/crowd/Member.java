package io.mooring.e2e.crowd;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.e2e.crowd.Crowd.Shape;
import io.mooring.e2e.crowd.Tally.Arrival;
import io.mooring.e2e.crowd.Tally.Knock;
import io.mooring.e2e.crowd.Tally.Why;
import io.mooring.e2e.ledger.Ledger;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One client, as docs/protocol.md wants it to behave. Belongs to the crowd's loop. */
final class Member implements Wire.Events {
  /** So many failures on the pinned URL lead to the generic one. */
  private static final int FAILURES_OF_A_PIN = 3;

  /** How long an old socket is kept for the last messages that the new one does not carry. */
  private static final long HAND_OVER_MILLIS = 2_000;

  /** Of whoever wants to be back at once. */
  private static final Ending AT_ONCE = new Ending.Closed(4200, "");

  /** More messages than a client may send in ten seconds. */
  private static final String TOO_MUCH =
      "[" + String.join(",", Collections.nCopies(130, "{\"op\":\"pong\"}")) + "]";

  /** What a server says to a client that sends too much. */
  private static final String DISMISSED = "4102";

  private final int number;
  private final EventLoop loop;
  private final Entrance entrance;
  private final RandomGenerator random;
  private final Tally tally;
  private final Runnable acknowledged;
  private final List<Listening> listenings = new ArrayList<>();
  private final Backoff backoff;
  private final Backoff subscribing;
  private final Voice voice;

  /** Whether it does not know {@code reconnect}, as an old client may not. */
  private final boolean deaf;

  private @Nullable Wire live;
  private @Nullable Wire coming;
  private URI knocking;
  private boolean comingGreeted;
  private long liveSince;
  private long endedAt;
  private String server = "";
  private @Nullable URI pin;
  private int failures;
  private int generic;
  private long slot;
  private @Nullable ScheduledFuture<?> attempt;
  private @Nullable ScheduledFuture<?> handOver;
  private long silenceMillis = TimeUnit.SECONDS.toMillis(60);
  private boolean stopped;

  /** How the live wire is being ended on purpose, if it is. */
  private @Nullable Cut cut;

  Member(
      int number,
      Shape shape,
      EventLoop loop,
      Entrance entrance,
      RandomGenerator random,
      Ledger ledger,
      Tally tally,
      Runnable acknowledged) {
    this.number = number;
    this.deaf = shape.isDeaf(number);
    this.loop = loop;
    this.entrance = entrance;
    this.random = random;
    this.tally = tally;
    this.acknowledged = acknowledged;
    this.backoff = new Backoff(random);
    this.subscribing = new Backoff(random);
    List<String> channels = shape.channelsOf(number);
    this.voice = new Voice(number, channels.getFirst(), ledger, shape);
    this.generic = number;
    this.knocking = edge();
    for (String channel : channels) {
      listenings.add(new Listening(channel, ledger.reader("member " + number, channel)));
    }
  }

  void connect() {
    if (coming == null && !stopped) {
      comingGreeted = false;
      boolean pinned = pin != null && failures < FAILURES_OF_A_PIN;
      knocking = pinned && pin != null ? pin : edge();
      coming = Wire.open(loop, entrance, knocking, this);
      tally.knocked(new Knock(why(), coming.openedAt(), slot));
    }
  }

  private Why why() {
    return live != null ? Why.MOVE : endedAt == 0 ? Why.FIRST : Why.RETURN;
  }

  /** The next edge, as a resolver that knows all of them would give it. */
  private URI edge() {
    return entrance.edges().get(Math.floorMod(generic++, entrance.edges().size()));
  }

  /** Publishes on its first channel; not while it has no socket. */
  void publish() {
    Wire wire = live;
    if (wire != null && cut == null) {
      voice.publish(wire);
    }
  }

  /** Ends its live socket; whether there was one, and no other to take its place. */
  boolean cut(Cut way) {
    Wire wire = live;
    if (wire == null || coming != null || cut != null) {
      return false;
    }
    cut = way;
    tally.forced(way);
    switch (way) {
      case RESET -> wire.reset();
      case HANG_UP -> wire.abandon();
      case FAREWELL -> {
        wire.close();
        ended(wire, AT_ONCE);
      }
      case DESERTION -> {
        wire.desert();
        ended(wire, AT_ONCE);
      }
      case DISMISSAL -> wire.send(TOO_MUCH);
    }
    return true;
  }

  /** Reads nothing any more, or reads again; its socket stays. */
  void read(boolean reading) {
    Wire wire = live;
    if (wire != null) {
      wire.read(reading);
    }
  }

  /** The id of its connection, which it keeps when it comes back. */
  String connection() {
    String path = Objects.requireNonNull(pin, "not greeted yet").getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Gives up a socket on which nothing was heard for longer than the server promised. */
  void listen() {
    Wire wire = live;
    if (wire != null
        && System.nanoTime() - wire.heardAt() > TimeUnit.MILLISECONDS.toNanos(silenceMillis)) {
      wire.abandon();
    }
  }

  /** Whether it has a socket on which all its channels are live, and no move is under way. */
  boolean settled() {
    return live != null && coming == null && listenings.stream().allMatch(Listening::live);
  }

  boolean open() {
    return live != null;
  }

  boolean stopped() {
    return stopped;
  }

  String server() {
    return live == null ? "" : server;
  }

  int number() {
    return number;
  }

  int unanswered() {
    return voice.unanswered();
  }

  List<Listening> listenings() {
    return listenings;
  }

  void leave() {
    stopped = true;
    cancel(attempt);
    cancel(handOver);
    if (live != null) {
      live.close();
    }
    if (coming != null) {
      coming.close();
    }
  }

  @Override
  public void greeted(Wire wire, JsonNode hello) {
    long now = System.nanoTime();
    pin = URI.create(hello.path("url").asText());
    failures = 0;
    silenceMillis = hello.path("ping_ms").asLong() + 2 * hello.path("pong_ms").asLong();
    server = hello.path("server").asText();
    tally.arrived(new Arrival(why(), server, knocking, now));
    if (live == null) {
      if (endedAt != 0) {
        tally.back(TimeUnit.NANOSECONDS.toMillis(now - endedAt));
      }
      adopt(wire);
    } else {
      comingGreeted = true;
    }
    subscribe(wire, listenings);
  }

  @Override
  public void message(Wire wire, JsonNode message) {
    switch (message.path("op").asText()) {
      case "msg" -> listening(message).message(wire, message);
      case "lost" -> listening(message).lost(wire, message);
      case "subbed" -> {
        subscribing.healthy();
        listening(message).subbed(wire, message);
      }
      case "sub_failed" -> subscriptionFailed(wire, message);
      case "pubbed" -> {
        if (voice.acknowledged(message)) {
          acknowledged.run();
        }
      }
      case "error" -> voice.refused(message);
      case "reconnect" -> reconnect(message);
      default -> {}
    }
    handOverIfJoined();
  }

  @Override
  public void mistaken(Throwable mistake) {
    tally.mistakes().add(mistake);
  }

  @Override
  public void ended(Wire wire, Ending ending) {
    for (Listening listening : listenings) {
      listening.gone(wire);
    }
    if (wire == live) {
      if (cut == null || (cut == Cut.DISMISSAL && !ending.word().equals(DISMISSED))) {
        tally.closed(ending);
      }
      cut = null;
      endedAt = System.nanoTime();
      if (endedAt - liveSince > Backoff.HEALTH.toNanos()) {
        backoff.healthy();
      }
      live = null;
      voice.cutOff();
      Wire next = coming;
      if (next != null && comingGreeted) {
        adopt(next);
      } else if (next == null) {
        comeBack(ending);
      }
    } else if (wire == coming) {
      tally.failed(ending);
      coming = null;
      failures++;
      comeBack(ending);
    }
  }

  private void adopt(Wire wire) {
    cancel(handOver);
    cancel(attempt);
    live = wire;
    liveSince = System.nanoTime();
    coming = null;
    comingGreeted = false;
    voice.resume(wire);
  }

  private void comeBack(Ending ending) {
    long asked = ending.retryAfter().orElse(0);
    switch (ending.rule()) {
      case STOP -> stopped = live == null;
      case RESUME -> plan(asked);
      case BACK_OFF -> plan(asked + backoff.next());
    }
  }

  private void plan(long millis) {
    cancel(attempt);
    attempt = schedule(this::connect, millis);
  }

  private void reconnect(JsonNode message) {
    tally.toldToReconnect(message.path("reason").asText());
    if (deaf) {
      return;
    }
    if (message.hasNonNull("url")) {
      pin = URI.create(message.path("url").asText());
    }
    failures = 0;
    long after = message.path("after_ms").asLong();
    slot = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(after);
    tally.slotGiven(slot);
    plan(after);
  }

  private void handOverIfJoined() {
    Wire next = coming;
    if (next == null || !comingGreeted) {
      return;
    }
    if (listenings.stream().allMatch(listening -> listening.joined(next))) {
      handOver(next);
    } else if (handOver == null
        && listenings.stream().allMatch(listening -> listening.answered(next))) {
      handOver = schedule(() -> handOver(next), HAND_OVER_MILLIS);
    }
  }

  private void handOver(Wire next) {
    Wire old = live;
    if (coming == next && old != null) {
      voice.cutOff();
      adopt(next);
      listenings.forEach(listening -> listening.switchTo(next));
      old.close();
    }
  }

  private void subscribe(Wire wire, List<Listening> which) {
    List<String> requests = new ArrayList<>();
    for (Listening listening : which) {
      requests.add(listening.request(wire, 1 + listenings.indexOf(listening)));
    }
    if (!requests.isEmpty()) {
      wire.send("[" + String.join(",", requests) + "]");
    }
  }

  private void subscriptionFailed(Wire wire, JsonNode message) {
    tally.subscriptionFailed(message.path("reason").asText());
    Listening which = listening(message);
    schedule(
        () -> {
          if ((wire == live && !which.live()) || (wire == coming && !which.answered(wire))) {
            subscribe(wire, List.of(which));
          }
        },
        subscribing.next());
  }

  private Listening listening(JsonNode message) {
    String channel = message.path("ch").asText();
    for (Listening listening : listenings) {
      if (listening.channel().equals(channel)) {
        return listening;
      }
    }
    throw new IllegalStateException("member " + number + " never asked for " + channel);
  }

  private ScheduledFuture<?> schedule(Runnable task, long millis) {
    return loop.schedule(tally.mistakes().guarded(task), millis, TimeUnit.MILLISECONDS);
  }

  private static void cancel(@Nullable ScheduledFuture<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }
}
