package io.mooring.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One socket of a client, from the token with which it is opened to its end: hello, signs of life,
 * the pace at which it speaks, and which publications wait for their answer on it. Once it is over
 * it tells nothing any more.
 */
final class Session implements Socket.Events {
  private static final long HELLO_MILLIS = 10_000;

  /** If nothing follows a message for so long it is doubted that the other side is there. */
  private static final long DOUBT_MILLIS = 1_000;

  private static final int PROBES = 3;

  private final Environment environment;
  private final Tokens tokens;
  private final Lifecycle lifecycle;
  private final URI url;
  private final Renewal renewal;

  /** What has to wait for its turn by the pace, publications excepted. */
  private final Deque<String> requests = new ArrayDeque<>();

  /** Publications without an answer by their ids, in the order in which they were sent. */
  private final Map<Long, Publication> unanswered = new LinkedHashMap<>();

  private String token = "";
  private Turnstile.@Nullable Pass pass;
  private @Nullable Socket socket;
  private @Nullable Hello hello;
  private @Nullable Pace pace;
  private @Nullable Alarm deadline;
  private @Nullable Alarm silence;
  private @Nullable Alarm doubt;
  private @Nullable Alarm turn;
  private long lastId;
  private int probes;
  private boolean spoken;
  private boolean leaving;
  private boolean over;

  Session(Environment environment, Tokens tokens, Lifecycle lifecycle, URI url) {
    this.environment = environment;
    this.tokens = tokens;
    this.lifecycle = lifecycle;
    this.url = url;
    this.renewal = new Renewal(environment, tokens, this);
  }

  /**
   * Begins to open; {@link Lifecycle#greeted} or {@link Lifecycle#ended} follows, never at once.
   */
  void open() {
    tokens
        .usable()
        .whenCompleteAsync(
            (given, failure) -> {
              if (over) {
                return;
              }
              if (failure != null) {
                end(new Ending.Tokenless(String.valueOf(failure.getMessage())));
              } else {
                open(given);
              }
            },
            environment.order());
  }

  private void open(String given) {
    token = given;
    pass = environment.turnstile().enter(() -> environment.order().execute(this::dial));
  }

  private void dial() {
    if (over) {
      return;
    }
    deadline =
        environment.after(
            HELLO_MILLIS, () -> end(new Ending.Broken("no hello within " + HELLO_MILLIS + " ms")));
    socket = Socket.open(environment, url, token, this);
  }

  URI url() {
    return url;
  }

  /** The token that it was opened with, or the one that the server took later. */
  String token() {
    return token;
  }

  void authenticated(String next) {
    token = next;
  }

  /** What the server said first; null until then. */
  @Nullable Hello hello() {
    return hello;
  }

  /** Whether it can be asked for something. */
  boolean speaks() {
    return hello != null && !over && !leaving;
  }

  boolean isOver() {
    return over;
  }

  long nextId() {
    return ++lastId;
  }

  /** Sends at once, whatever the pace. */
  void send(String message) {
    Socket there = socket;
    if (there != null && pace != null) {
      pace.force(environment.nanos());
      spoken = true;
      there.send(message);
    }
  }

  /** Sends as soon as the pace allows it, after earlier requests. */
  void request(String message) {
    if (!over) {
      requests.add(message);
      flush();
    }
  }

  /** Whether a publication may go out now; if not, {@link Lifecycle#ready} says when. */
  boolean mayPublish() {
    Socket there = socket;
    return requests.isEmpty() && there != null && there.writable() && mayGo();
  }

  /** Sends a publication for which {@link #mayPublish} has just said that it may go. */
  void publish(Publication publication) {
    Socket there = socket;
    if (there != null) {
      long id = nextId();
      unanswered.put(id, publication);
      publication.sentOn(this, id, environment.nanos());
      spoken = true;
      there.send(Frames.publish(id, publication.body()));
    }
  }

  /** The publication that waited for this answer; null if none does any more. */
  @Nullable Publication answered(long id) {
    Publication publication = unanswered.remove(id);
    if (leaving && unanswered.isEmpty()) {
      close();
    }
    return publication;
  }

  /** Those whose answer will not come, in the order in which they were sent. */
  List<Publication> takeUnanswered() {
    List<Publication> all = new ArrayList<>(unanswered.values());
    unanswered.clear();
    return all;
  }

  /** Closes it as soon as all its publications have their answers. */
  void leave() {
    leaving = true;
    requests.clear();
    if (unanswered.isEmpty()) {
      close();
    }
  }

  /** Closes it; the lifecycle hears no more of it. */
  void close() {
    if (!over) {
      stop();
      if (socket != null) {
        socket.close();
      }
    }
  }

  /** Gives it up without a word to the server; the lifecycle hears no more of it. */
  void abandon() {
    if (!over) {
      stop();
      if (socket != null) {
        socket.abort();
      }
    }
  }

  /** Ends it from here, without a word to the server. */
  private void end(Ending ending) {
    if (socket != null) {
      socket.abort();
    }
    ended(ending);
  }

  private void leaveTurnstile() {
    if (pass != null) {
      pass.leave();
    }
  }

  private void stop() {
    over = true;
    renewal.stop();
    leaveTurnstile();
    Alarm.cancel(deadline);
    Alarm.cancel(silence);
    Alarm.cancel(doubt);
    Alarm.cancel(turn);
  }

  @Override
  public void writable() {
    flush();
  }

  @Override
  public void ended(Ending ending) {
    if (!over) {
      stop();
      lifecycle.ended(this, ending);
    }
  }

  @Override
  public void text(String message) {
    JsonNode json;
    try {
      json = Frames.read(message);
    } catch (JsonProcessingException notJson) {
      // Its message would show what was sent.
      end(new Ending.Broken("the server sent what is no JSON"));
      return;
    }
    try {
      if (json.isArray()) {
        for (JsonNode one : json) {
          if (!over) {
            message(one);
          }
        }
      } else if (!over) {
        message(json);
      }
    } catch (MalformedException malformed) {
      end(new Ending.Broken("the server sent what is no message: " + malformed.getMessage()));
    }
  }

  private void message(JsonNode message) {
    if (!message.path("op").isTextual()) {
      throw new MalformedException("an op");
    }
    String op = message.path("op").asText();
    if (!op.equals("ping")) {
      expectMore();
    }
    if (hello == null) {
      if (op.equals("hello")) {
        greeted(Hello.of(message, url));
      }
      return;
    }
    switch (op) {
      case "ping" -> send(Frames.PONG);
      case "auth_expiring" -> {
        tokens.ends(token, message.path("exp").asLong());
        if (!leaving) {
          renewal.expiring();
        }
      }
      case "authed" -> renewal.authenticated(message);
      case "error" -> {
        long id = message.path("id").asLong(-1);
        if (!renewal.failed(id, message)) {
          lifecycle.message(this, op, message);
        }
      }
      default -> lifecycle.message(this, op, message);
    }
  }

  private void greeted(Hello said) {
    hello = said;
    pace = new Pace(said.messages(), environment.nanos());
    Alarm.cancel(deadline);
    leaveTurnstile();
    if (socket != null) {
      socket.limit(said.longest());
    }
    watch(said.pingMillis() + said.pongMillis());
    lifecycle.greeted(this);
    if (!spoken) {
      // A server closes a socket on which the client says nothing at first.
      send(Frames.PONG);
    }
  }

  /** Ends it once nothing has come for so long. */
  private void watch(long mostMillis) {
    Socket there = socket;
    if (there == null) {
      return;
    }
    long silentMillis = TimeUnit.NANOSECONDS.toMillis(environment.nanos() - there.heardAt());
    if (silentMillis >= mostMillis) {
      end(new Ending.Broken("nothing was heard for " + silentMillis + " ms"));
    } else {
      silence = environment.after(mostMillis - silentMillis, () -> watch(mostMillis));
    }
  }

  /** What ended right behind a message may not have been noticed (see {@link Socket#probe}). */
  private void expectMore() {
    probes = 0;
    if (doubt == null) {
      doubt = environment.after(DOUBT_MILLIS, this::doubt);
    }
  }

  private void doubt() {
    doubt = null;
    Socket there = socket;
    Pace speed = pace;
    if (there == null || speed == null) {
      return;
    }
    long silentMillis = TimeUnit.NANOSECONDS.toMillis(environment.nanos() - there.heardAt());
    long left = DOUBT_MILLIS - silentMillis;
    if (left <= 0) {
      left = DOUBT_MILLIS;
      probes++;
      speed.force(environment.nanos());
      there.probe();
    }
    if (probes < PROBES) {
      doubt = environment.after(left, this::doubt);
    }
  }

  private void flush() {
    Socket there = socket;
    while (there != null && !requests.isEmpty() && mayGo()) {
      spoken = true;
      there.send(requests.remove());
    }
    if (requests.isEmpty()) {
      lifecycle.ready(this);
    }
  }

  /** Takes one message off the pace, or comes back when there is one. */
  private boolean mayGo() {
    Pace speed = pace;
    if (speed == null || over) {
      return false;
    }
    long now = environment.nanos();
    if (speed.spend(now)) {
      return true;
    }
    if (turn == null) {
      turn =
          environment.after(
              speed.delay(now),
              () -> {
                turn = null;
                flush();
              });
    }
    return false;
  }
}
