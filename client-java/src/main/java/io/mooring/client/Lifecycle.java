package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which socket a client has, and when it gets another: carries out what {@link Transitions} allow.
 * Belongs to the client's order.
 */
final class Lifecycle {
  private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

  /** So many refusals of tokens in a row, the last one fresh, mean that none will be taken. */
  private static final int MOST_UNAUTHORIZED = 2;

  /** How long the old socket may take to bring what the next one could not replay. */
  private static final long HAND_OVER_MILLIS = 2_000;

  private final Environment environment;
  private final Tokens tokens;
  private final Subscriptions subscriptions;
  private final Publishing publishing;
  private final Backoff backoff;
  private final Pin pin;

  private volatile State state = State.IDLE;
  private volatile @Nullable Connection connection;

  /** The socket that carries what the application sees. */
  private @Nullable Session live;

  /** The one that shall be live, from its token on. */
  private @Nullable Session coming;

  /** Replaced ones that still owe answers to publications. */
  private final List<Session> leaving = new ArrayList<>();

  private @Nullable Alarm due;
  private @Nullable Alarm handOver;
  private int unauthorized;
  private boolean offline;
  private boolean opened;
  private long openSince;
  private long healthNanos = Backoff.HEALTH.toNanos();

  /** What the socket that is coming was told by its server, for when it is live. */
  private @Nullable Told told;

  private record Told(URI url, long slotNanos, String reason) {}

  Lifecycle(
      Environment environment, Tokens tokens, Subscriptions subscriptions, Publishing publishing) {
    this.environment = environment;
    this.tokens = tokens;
    this.subscriptions = subscriptions;
    this.publishing = publishing;
    this.backoff = new Backoff(environment.random(), Backoff.FIRST, Backoff.MOST);
    this.pin = new Pin(environment.settings().url());
  }

  /** Of any thread. */
  State state() {
    return state;
  }

  /** Of any thread. */
  Optional<Connection> connection() {
    return Optional.ofNullable(connection);
  }

  /** The application wants a connection. */
  void connect() {
    if (enter(Event.CONNECT, "the application asked for a connection")) {
      backoff.healthy();
      pin.forget();
      tokens.forget();
      unauthorized = 0;
      opened = false;
      if (offline) {
        enter(Event.OFFLINE, "the application said that there is no network");
      } else {
        attempt();
      }
    }
  }

  /** The application says that there is no network. */
  void offline() {
    offline = true;
    if (enter(Event.OFFLINE, "the application said that there is no network")) {
      Alarm.cancel(due);
      Session given = coming;
      if (given != null) {
        coming = null;
        given.abandon();
      }
    }
  }

  /** The application says that there is a network again. */
  void online() {
    offline = false;
    if (enter(Event.ONLINE, "the application said that there is a network")) {
      Alarm.cancel(due);
      attempt();
    }
  }

  /** The application wants no connection any more. */
  void close() {
    if (enter(Event.CLOSE, "the application closed the client")) {
      letAllGo();
    }
  }

  /** Takes a publication on, if the client is not closed. */
  void publish(Publication publication) {
    if (state == State.CLOSED) {
      publication.fail("closed", "the client is closed; it was not published. Connect it again");
    } else {
      publishing.submit(publication);
    }
  }

  /** A socket has said hello. */
  void greeted(Session session) {
    Hello hello = session.hello();
    if (session != coming || hello == null) {
      return;
    }
    connection = hello.connection();
    pin.set(hello.connection().url());
    unauthorized = 0;
    backoff.tune(hello.firstMillis(), hello.mostMillis());
    healthNanos = TimeUnit.MILLISECONDS.toNanos(hello.healthMillis());
    subscriptions.use(session);
    publishing.use(session);
    if (live == null) {
      adopt(session, hello);
    } else {
      moveIfCarried();
    }
  }

  /** What a socket says that is not about itself. */
  void message(Session session, String op, JsonNode message) {
    switch (op) {
      case "msg", "subbed", "sub_failed", "unsubbed", "lost", "join", "leave", "presence" -> {
        subscriptions.message(session, op, message);
        moveIfCarried();
      }
      case "pubbed" -> publishing.published(session, message);
      case "reconnect" -> reconnect(session, message);
      case "error" -> error(session, message);
      // The words of a later version.
      default -> {}
    }
  }

  /** A socket can take more publications. */
  void ready(Session session) {
    if (session.speaks()) {
      publishing.pump();
    }
  }

  /** A socket is over, or did not come to be. */
  void ended(Session session, Ending ending) {
    if (ending.blamesToken()) {
      tokens.refused(session.token());
    }
    subscriptions.gone(session);
    // Before another socket takes what is younger.
    publishing.lost(session);
    if (session == live) {
      live = null;
      healed();
      liveEnded(ending);
    } else if (session == coming) {
      coming = null;
      told = null;
      comingEnded(session, ending);
    }
  }

  private void liveEnded(Ending ending) {
    Session next = coming;
    boolean replaced = ending instanceof Ending.Closed closed && closed.replaced();
    if (ending.rule() == Ending.Rule.STOP && !(replaced && next != null)) {
      refuse(ending);
    } else if (next == null) {
      subscriptions.use(null);
      publishing.use(null);
      comeBack(ending);
    } else {
      Alarm.cancel(due);
      if (next.hello() == null) {
        enter(Event.DROPPED, ending.reason());
        subscriptions.use(null);
        publishing.use(null);
      } else {
        moveTo(next);
      }
    }
  }

  private void comingEnded(Session session, Ending ending) {
    Session old = live;
    stopHandOver();
    subscriptions.use(old);
    publishing.use(old);
    if (session.hello() == null) {
      count(session, ending);
    }
    if (ending.rule() == Ending.Rule.STOP || unauthorized >= MOST_UNAUTHORIZED) {
      refuse(ending);
    } else if (old == null) {
      comeBack(ending);
    } else {
      plan(delay(ending));
    }
  }

  /** An attempt failed before hello. */
  private void count(Session session, Ending ending) {
    switch (ending) {
      case Ending.Tokenless nothingWasTried -> {}
      case Ending.Refused refused -> {
        pin.failed(session.url());
        unauthorized += refused.blamesToken() ? 1 : 0;
      }
      case Ending.Closed closed -> pin.failed(session.url());
      case Ending.Broken broken -> pin.failed(session.url());
    }
  }

  /** The client has a socket again. */
  private void adopt(Session session, Hello hello) {
    live = session;
    coming = null;
    openSince = environment.nanos();
    if (opened) {
      environment.tallies().reconnects.incrementAndGet();
    }
    opened = true;
    enter(Event.OPENED, "connected to " + hello.connection().server());
    obey();
  }

  private void reconnect(Session session, JsonNode message) {
    long after = Math.max(0, message.path("after_ms").asLong());
    Told order =
        new Told(
            Hello.url(message.path("url"), pin.current()),
            environment.nanos() + TimeUnit.MILLISECONDS.toNanos(after),
            message.path("reason").asText("no reason"));
    if (session == coming) {
      told = order;
    } else if (session == live && coming == null) {
      told = order;
      obey();
    }
  }

  /** Goes to another server at the slot that the live socket was given, if it was. */
  private void obey() {
    Told order = told;
    if (order != null) {
      told = null;
      healed();
      pin.set(order.url());
      long left = TimeUnit.NANOSECONDS.toMillis(order.slotNanos() - environment.nanos());
      long millis = Math.max(0, left);
      enter(Event.TOLD, "the server asked to go to another: " + order.reason(), millis);
      plan(millis);
    }
  }

  /** The application has ended a subscription. */
  void unsubscribe(Subscription subscription) {
    subscriptions.remove(subscription);
    moveIfCarried();
  }

  /**
   * The next socket takes over once it carries every subscription; at the latest a while after it
   * is known what it cannot carry.
   */
  private void moveIfCarried() {
    Session next = coming;
    if (live == null || next == null || next.hello() == null) {
      return;
    }
    if (subscriptions.areCarriedBy(next)) {
      moveTo(next);
    } else if (handOver == null && subscriptions.areAnsweredBy(next)) {
      handOver = environment.after(HAND_OVER_MILLIS, () -> moveTo(next));
    }
  }

  /**
   * From now on there is only the next socket, but for answers that are still due on the old one.
   */
  private void moveTo(Session next) {
    Session old = live;
    stopHandOver();
    live = next;
    coming = null;
    openSince = environment.nanos();
    environment.tallies().moves.incrementAndGet();
    if (old != null) {
      leaving.removeIf(Session::isOver);
      leaving.add(old);
      subscriptions.gone(old);
      old.leave();
    }
    enter(Event.MOVED, "the next socket takes over");
    obey();
  }

  private void stopHandOver() {
    Alarm.cancel(handOver);
    handOver = null;
  }

  private void error(Session session, JsonNode message) {
    if (publishing.failed(session, message)) {
      return;
    }
    String code = message.path("code").asText("unknown");
    long id = message.path("id").asLong(-1);
    if (id < 0) {
      environment
          .callbacks()
          .error(
              new MooringException(
                  code, "the server says: " + message.path("message").asText("nothing")));
    } else {
      subscriptions.failed(session, id, code);
      moveIfCarried();
    }
  }

  /** A long enough health makes the next failure the first. */
  private void healed() {
    if (environment.nanos() - openSince >= healthNanos) {
      backoff.healthy();
    }
  }

  private void comeBack(Ending ending) {
    // Of a move that was to be tried again.
    Alarm.cancel(due);
    if (offline) {
      enter(Event.FAILED, ending.reason());
    } else {
      long millis = delay(ending);
      enter(Event.FAILED, ending.reason(), millis);
      plan(millis);
    }
  }

  private long delay(Ending ending) {
    long asked = ending.delay().orElse(0);
    return switch (ending.rule()) {
      case AT_SLOT -> asked;
      case BACK_OFF, STOP -> asked + backoff.next();
    };
  }

  private void plan(long millis) {
    Alarm.cancel(due);
    due = environment.after(millis, this::due);
  }

  private void due() {
    if (enter(Event.DUE, "the time has come")) {
      attempt();
    }
  }

  private void attempt() {
    Session next = new Session(environment, tokens, this, pin.url());
    coming = next;
    next.open();
  }

  private void refuse(Ending ending) {
    enter(Event.REFUSED, ending.reason());
    letAllGo();
    environment
        .callbacks()
        .error(
            new MooringException(
                ending.code(),
                ending.reason()
                    + ", which means that coming back is useless. Find out why, and connect"
                    + " again"));
  }

  private void letAllGo() {
    Alarm.cancel(due);
    stopHandOver();
    List<Session> all = new ArrayList<>(leaving);
    leaving.clear();
    if (live != null) {
      all.add(live);
    }
    if (coming != null) {
      all.add(coming);
    }
    live = null;
    coming = null;
    told = null;
    all.forEach(Session::close);
    subscriptions.close();
    publishing.close();
  }

  private boolean enter(Event event, String reason) {
    return enter(event, reason, Optional.empty());
  }

  private boolean enter(Event event, String reason, long delayMillis) {
    return enter(event, reason, Optional.of(Duration.ofMillis(delayMillis)));
  }

  /** Whether the event means anything in this state. */
  private boolean enter(Event event, String reason, Optional<Duration> delay) {
    State from = state;
    Optional<State> to = Transitions.after(from, event);
    if (to.isPresent() && to.get() != from) {
      state = to.get();
      log.debug("event=state from={} to={} reason=\"{}\"", from, to.get(), reason);
      environment.callbacks().stateChanged(new StateChange(from, to.get(), reason, delay));
    }
    return to.isPresent();
  }
}
