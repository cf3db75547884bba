package io.mooring.server.connection;

import io.mooring.server.channel.Admission;
import io.mooring.server.channel.Joining;
import io.mooring.server.channel.Subscriber;
import io.mooring.server.channel.Subscription;
import io.mooring.server.channel.Update;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.frame.Session;
import io.mooring.server.frame.WebSocket;
import io.mooring.server.liveness.Liveness;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Timed;
import io.mooring.server.presence.Departure;
import io.mooring.server.protocol.MalformedException;
import io.mooring.server.protocol.Operation;
import io.mooring.token.Channels;
import io.mooring.token.Claims;
import io.mooring.token.Identity;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection. Belongs to its loop; only {@code close} and {@link #displace} may be
 * called from elsewhere. There may be very many: no field that could be shared, and nothing
 * allocated before it is needed. What it waits for on the wheel is the end of its token.
 */
public final class Connection extends Timed implements Session, Subscriber, Liveness.Peer {
  private static final Subscription[] NONE = {};

  private final Environment environment;
  private final Loop loop;
  private final String id;
  private final String user;
  private final @Nullable String tenant;

  /** A JSON object; empty for none. */
  private final String info;

  private String role;
  private Channels rights;
  private long expiry;
  private final String envoy;
  private final long signedAt;
  private final long openedNanos = System.nanoTime();
  private final WebSocket socket;
  private final Liveness liveness;
  private long bucketFullAt = openedNanos;
  private Subscription[] subscriptions = NONE;
  private int size;
  private boolean closing;
  private boolean warned;
  private boolean renewing;
  private boolean entered;
  private @Nullable Parting parting;

  /** By channel; null if it has never asked who is there. */
  private @Nullable Map<String, Watching> watchings;

  /** While what is older is on its way to the client, what is newer waits behind it. */
  private @Nullable Backlog backlog;

  /**
   * @param envoy the Envoy that it came through; empty if that did not say
   */
  public Connection(Environment environment, Loop loop, Identity identity, String envoy) {
    this.environment = environment;
    this.loop = loop;
    this.id = identity.conn();
    this.user = identity.sub();
    this.tenant = identity.tenant().orElse(null);
    this.info = identity.info().orElse("");
    this.role = identity.role().intern();
    this.rights = identity.channels();
    this.expiry = identity.exp();
    this.envoy = envoy.intern();
    this.signedAt = identity.iat();
    this.socket = new WebSocket(loop, environment.frames(), this);
    this.liveness = new Liveness(loop, this, environment.times());
  }

  public WebSocket socket() {
    return socket;
  }

  /** The client has its {@code hello}: from now on the connection counts. */
  public void enter() {
    assert loop.inside();
    if (!closing) {
      liveness.start();
      // Before the one with the same id is displaced: its user stays where it is.
      entered = true;
      environment.attendance().came(member());
      environment.connections().enter(this);
      watchToken();
    }
  }

  /** Warns or closes if the token is about to end or has, and else looks again when it may. */
  void watchToken() {
    assert loop.inside();
    if (closing) {
      return;
    }
    long now = environment.clock().millis();
    if (Expiry.isOver(expiry, now)) {
      socket.close(CloseCode.TOKEN_EXPIRED);
      return;
    }
    if (!warned && Expiry.isNear(expiry, now)) {
      warned = true;
      send(environment.dialect().authenticationExpiring(expiry));
    }
    loop.schedule(this, Expiry.next(expiry, now, warned));
  }

  @Override
  protected void due() {
    watchToken();
  }

  /**
   * A token is to be verified.
   *
   * @return false if one is already
   */
  boolean beginRenewal() {
    boolean first = !renewing;
    renewing = true;
    return first;
  }

  void endRenewal() {
    renewing = false;
  }

  /** The token of the connection is another one from now on. */
  void renewed(Claims claims) {
    role = claims.role().intern();
    rights = claims.channels();
    expiry = claims.exp();
    warned = false;
  }

  /** Closes the socket; may be called on any thread. */
  public void close(CloseCode why) {
    loop.run(() -> socket.close(why));
  }

  /**
   * Closes the socket, and tells the client when to come back; may be called on any thread.
   *
   * @param slot in nanoseconds of {@link System#nanoTime}
   */
  public void close(CloseCode why, long slot) {
    loop.run(
        () -> {
          long wait = TimeUnit.NANOSECONDS.toMillis(slot - System.nanoTime());
          socket.close(why, why.reason() + ";ra=" + Math.max(0, wait));
        });
  }

  /**
   * Tells the client to reconnect at its slot, for a drain.
   *
   * @param slot in nanoseconds of {@link System#nanoTime}
   * @return false if the slot has passed, so that nothing was sent
   */
  public boolean move(long slot) {
    assert loop.inside();
    long now = System.nanoTime();
    if (closing) {
      return true;
    }
    if (slot - now < 0) {
      return false;
    }
    if (parting == null) {
      parting = new Parting(loop, () -> socket.close(CloseCode.DRAIN));
    }
    parting.told(now);
    long after = TimeUnit.NANOSECONDS.toMillis(slot - now);
    send(environment.dialect().reconnect(after, "drain"));
    return true;
  }

  /** A newer connection has this one's id; may be called on any thread. */
  void displace() {
    loop.run(
        () -> {
          if (parting == null) {
            socket.close(CloseCode.REPLACED);
          } else if (!closing) {
            environment.connections().linger(this);
            parting.displaced(System.nanoTime());
          }
        });
  }

  /** The connection's id, unique in the fleet. */
  String id() {
    return id;
  }

  String user() {
    return user;
  }

  Optional<String> tenant() {
    return Optional.ofNullable(tenant);
  }

  /** As whom others see the user. */
  String member() {
    return tenant == null ? user : tenant + "/" + user;
  }

  /** What they see of it: a JSON object; empty for none. */
  String info() {
    return info;
  }

  String envoy() {
    return envoy;
  }

  Channels rights() {
    return rights;
  }

  /** When its handshake was signed, in milliseconds since 1970. */
  long signedAt() {
    return signedAt;
  }

  /** What can be told of it now. */
  ConnectionView view() {
    assert loop.inside();
    return new ConnectionView(
        id,
        user,
        tenant(),
        role,
        envoy,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - openedNanos),
        size,
        queuedBytes(),
        expiry);
  }

  /** What waits for the socket, in bytes, but not what is replayed. */
  long queuedBytes() {
    return socket.queuedBytes() + (backlog == null ? 0 : backlog.liveBytes());
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public void heard(boolean control) {
    liveness.heard();
    if (control) {
      spend(1);
    }
  }

  @Override
  public void text(ByteBuf message) {
    environment.traffic().received();
    liveness.spoke();
    if (!spend(1)) {
      return;
    }
    List<Operation> operations;
    try {
      operations = environment.dialect().read(message, loop);
    } catch (MalformedException malformed) {
      socket.close(
          CloseCode.PROTOCOL, CloseCode.PROTOCOL.reason() + ";d=" + malformed.getMessage());
      return;
    }
    if (operations.size() == 1) {
      Operations.perform(this, environment, operations.getFirst());
    } else if (spend(priceBeyondFirst(operations))) {
      for (int i = 0; i < operations.size() && !closing; i++) {
        Operations.perform(this, environment, operations.get(i));
      }
    }
  }

  @Override
  public void binary(ByteBuf message) {
    socket.close(CloseCode.UNACCEPTABLE_DATA);
  }

  @Override
  public void closing() {
    closing = true;
    liveness.stop();
    loop.cancel(this);
    if (parting != null) {
      parting.stop();
    }
    environment
        .connections()
        .leave(this, new Ended(view(), socket.code(), socket.reason(), System.nanoTime()));
    Departure fromRooms = Attending.fromRooms(socket.code(), parting != null);
    for (int i = 0; i < size; i++) {
      Attending.leaves(this, environment, subscriptions[i], fromRooms);
      environment.hub().leave(subscriptions[i]);
    }
    if (watchings != null) {
      watchings.values().forEach(Watching::end);
      watchings = null;
    }
    if (entered) {
      environment.attendance().went(member(), Attending.departure(socket.code(), parting != null));
    }
    subscriptions = NONE;
    size = 0;
    if (backlog != null) {
      backlog.drop();
      backlog = null;
    }
  }

  @Override
  public void closed(int code) {
    environment.traffic().closed(code);
    environment.connections().release();
  }

  @Override
  public void ping() {
    socket.send(environment.pings());
  }

  @Override
  public void silent() {
    socket.abandon(CloseCode.NO_PONG);
  }

  @Override
  public void mute() {
    socket.close(CloseCode.NO_FIRST_MESSAGE);
  }

  @Override
  public void subscribed(Joining joining, Admission admission) {
    Subscribing.subscribed(this, environment, joining, admission);
  }

  @Override
  public void unavailable(Joining joining) {
    remove(joining.subscription());
    Subscribing.unavailable(this, environment, joining);
  }

  /** Whether so many more bytes may be sent again. */
  boolean mayReplay(int bytes) {
    return backlog == null || backlog.holds(bytes);
  }

  /**
   * Sends older messages at the client's own pace; what is sent from now on waits behind them.
   *
   * @param frames whole frames; taken over
   */
  void replay(ByteBuf frames) {
    if (closing) {
      frames.release();
      return;
    }
    backlog().replay(frames);
  }

  private Backlog backlog() {
    if (backlog == null) {
      backlog =
          new Backlog(
              loop,
              socket,
              environment.terms().queueBytes(),
              environment.replayStallMillis(),
              () -> backlog = null);
    }
    return backlog;
  }

  @Override
  public boolean takesDeflated() {
    return socket.deflated();
  }

  @Override
  public boolean congested() {
    return backlog != null || socket.congested();
  }

  @Override
  public void deliver(String channel, Update update) {
    if (!closing && backlog().add(channel, update)) {
      environment.traffic().conflated();
    }
  }

  @Override
  public boolean isIdle() {
    return backlog == null && socket.isIdle();
  }

  @Override
  public void deliver(byte[] frame) {
    write(frame);
  }

  @Override
  public void deliver(ByteBuf frames) {
    if (backlog == null) {
      socket.send(frames.retain());
    } else {
      backlog.add(frames.retainedDuplicate());
    }
  }

  @Override
  public void missed() {
    socket.close(CloseCode.INTERNAL);
  }

  void send(byte[] frame) {
    if (!closing) {
      write(frame);
    }
  }

  private void write(byte[] frame) {
    if (backlog == null) {
      socket.send(frame);
    } else {
      backlog.add(frame);
    }
  }

  int subscriptions() {
    return size;
  }

  @Nullable Subscription subscription(String channel) {
    for (int i = 0; i < size; i++) {
      if (subscriptions[i].channel().equals(channel)) {
        return subscriptions[i];
      }
    }
    return null;
  }

  /** As they are now; it may change while they are gone through. */
  List<Subscription> allSubscriptions() {
    return List.of(Arrays.copyOf(subscriptions, size));
  }

  void add(Subscription subscription) {
    if (size == subscriptions.length) {
      subscriptions = Arrays.copyOf(subscriptions, Math.max(1, size * 2));
    }
    subscriptions[size++] = subscription;
  }

  void watch(Watching watching) {
    if (watchings == null) {
      watchings = new HashMap<>(2);
    }
    watchings.put(watching.channel(), watching);
  }

  /** How it asked who is in a channel to which it subscribes; empty if it did not. */
  Optional<Watching> watching(String channel) {
    return watchings == null ? Optional.empty() : Optional.ofNullable(watchings.get(channel));
  }

  private void unwatch(String channel) {
    Watching watching = watchings == null ? null : watchings.remove(channel);
    if (watching != null) {
      watching.end();
    }
  }

  void remove(Subscription subscription) {
    unwatch(subscription.channel());
    for (int i = 0; i < size; i++) {
      if (subscriptions[i] == subscription) {
        size--;
        subscriptions[i] = subscriptions[size];
        subscriptions = Arrays.copyOf(subscriptions, size);
        return;
      }
    }
  }

  /** An array of subs, as a client sends it after a reconnect, counts as one message. */
  private int priceBeyondFirst(List<Operation> operations) {
    int subs = 0;
    for (Operation operation : operations) {
      if (operation instanceof Operation.Subscribe) {
        subs++;
      }
    }
    int free = Math.min(subs, environment.terms().subscriptions());
    return Math.max(0, operations.size() - free - 1);
  }

  private boolean spend(int messages) {
    if (messages == 0) {
      return true;
    }
    long next = environment.rate().spend(bucketFullAt, messages, System.nanoTime());
    if (next == Rate.EXCEEDED) {
      socket.close(CloseCode.RATE_LIMITED);
      return false;
    }
    bucketFullAt = next;
    return true;
  }
}
