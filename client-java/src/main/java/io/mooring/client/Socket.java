package io.mooring.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket, by the JDK's client; nothing outside this file knows by whose. Everything is
 * called and happens in the client's order: what the JDK says on its own threads is put there
 * first, so that nothing is heard any more of a socket that was ended there.
 *
 * <p>What comes in waits in the client's order, at most {@link #WINDOW} pieces of it; the rest
 * waits in the network. What goes out waits here, and {@link #writable} says whether that is
 * enough.
 */
final class Socket {
  /** What becomes of a socket; nothing comes after {@link #ended}. */
  interface Events {
    void text(String message);

    /** What had to wait has gone out. */
    void writable();

    /** It is over, and was not ended by this client. */
    void ended(Ending ending);
  }

  private static final String SUBPROTOCOL = "mooring.v1.json";

  /** Pieces of messages that are asked of the network before the first has been dealt with. */
  private static final int WINDOW = 8;

  /** Characters that may wait before more of them have to wait elsewhere. */
  private static final int MOST_WAITING = 64 * 1024;

  /** The end of handshakes that nobody waits for any more; the client's own deadline is shorter. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);

  private final Environment environment;
  private final Events events;
  private final Deque<String> outgoing = new ArrayDeque<>();
  private @Nullable CompletableFuture<WebSocket> handshake;
  private @Nullable WebSocket peer;
  private @Nullable Alarm farewell;
  private long waiting;
  private boolean sending;
  private boolean closing;

  /** Set in the client's order, and read by the JDK's threads to let go of what still comes. */
  private volatile boolean over;

  private volatile int longest = Hello.QUEUE_BYTES;

  /** When something came last, or was asked for after a while in which it was not. */
  private volatile long heardAt;

  private Socket(Environment environment, Events events) {
    this.environment = environment;
    this.events = events;
    this.heardAt = environment.nanos();
  }

  /** Begins to open; what is sent before it is open waits. */
  static Socket open(Environment environment, URI url, String token, Events events) {
    Socket socket = new Socket(environment, events);
    CompletableFuture<WebSocket> handshake = socket.handshake(url, token);
    socket.handshake = handshake;
    handshake.whenComplete(
        (opened, failure) -> {
          if (failure != null) {
            environment.order().execute(() -> socket.end(ending(failure)));
          }
        });
    return socket;
  }

  private CompletableFuture<WebSocket> handshake(URI url, String token) {
    try {
      return environment
          .http()
          .newWebSocketBuilder()
          .connectTimeout(HANDSHAKE)
          .subprotocols(SUBPROTOCOL)
          .header("Authorization", "Bearer " + token)
          .buildAsync(url, new Incoming());
    } catch (IllegalArgumentException notAnUrl) {
      return CompletableFuture.failedFuture(notAnUrl);
    }
  }

  /** Messages with more characters end it. */
  void limit(int characters) {
    longest = characters;
  }

  /** Nanoseconds, when it last gave a sign of life, as far as it was listened to. */
  long heardAt() {
    return heardAt;
  }

  /** Whether what is sent now goes out soon; if not, {@link Events#writable} follows. */
  boolean writable() {
    return waiting < MOST_WAITING;
  }

  /** Sends {@code message} after those before it. */
  void send(String message) {
    if (!over) {
      waiting += message.length();
      outgoing.add(message);
      pump();
    }
  }

  /**
   * Writes what needs no answer. The end of a connection that comes while the JDK hands a message
   * over is forgotten there: its transport fails at an end that nobody has asked for. Who writes
   * finds out, but at the third time only. At the first the other machine says that nobody is
   * there, and at the second the JDK closes its output, without a word as well.
   */
  void probe() {
    WebSocket there = peer;
    if (there != null && !over) {
      there
          .sendPong(ByteBuffer.allocate(0))
          .whenComplete(
              (same, failure) -> {
                // Anything else means that the one before is still on its way.
                if (failure instanceof IOException) {
                  environment
                      .order()
                      .execute(() -> abortAfter(new Ending.Broken("nobody is there: " + failure)));
                }
              });
    }
  }

  /** Says goodbye after what still has to go out. Nothing more is heard of it. */
  void close() {
    if (over) {
      return;
    }
    over = true;
    WebSocket there = peer;
    if (there != null) {
      closing = true;
      farewell = environment.after(environment.settings().closeTimeout().toMillis(), there::abort);
      // The answer to the goodbye comes after whatever else is under way.
      there.request(Long.MAX_VALUE);
      pump();
    } else {
      giveUpHandshake();
    }
  }

  /** Ends it without a word. Nothing more is heard of it. */
  void abort() {
    over = true;
    Alarm.cancel(farewell);
    if (peer != null) {
      peer.abort();
    } else {
      giveUpHandshake();
    }
  }

  /**
   * A handshake that went on would be a newer one to the server than the next, if that overtakes
   * it, and displace its socket.
   */
  private void giveUpHandshake() {
    if (handshake != null) {
      handshake.cancel(true);
    }
  }

  private void pump() {
    WebSocket there = peer;
    while (there != null && !sending) {
      String next = outgoing.poll();
      if (next == null) {
        if (closing) {
          closing = false;
          there.sendClose(WebSocket.NORMAL_CLOSURE, "");
        }
        return;
      }
      CompletableFuture<WebSocket> sent = there.sendText(next, true);
      if (sent.isDone() && !sent.isCompletedExceptionally()) {
        waiting -= next.length();
      } else {
        sending = true;
        sent.whenComplete(
            (same, failure) -> environment.order().execute(() -> sent(next, failure)));
      }
    }
  }

  private void sent(String message, @Nullable Throwable failure) {
    sending = false;
    boolean full = !writable();
    waiting -= message.length();
    if (failure != null) {
      abortAfter(new Ending.Broken("sending failed: " + failure));
      return;
    }
    pump();
    if (!over && full && writable()) {
      events.writable();
    }
  }

  private void opened(WebSocket there) {
    peer = there;
    if (over) {
      there.abort();
      return;
    }
    heardAt = environment.nanos();
    there.request(WINDOW);
    pump();
  }

  private void arrived(String message) {
    if (!over) {
      events.text(message);
      more();
    }
  }

  /** Asks for what follows. */
  private void more() {
    WebSocket there = peer;
    if (there != null && !over) {
      // While nothing was asked for, nothing could be heard.
      heardAt = environment.nanos();
      there.request(1);
    }
  }

  private void abortAfter(Ending ending) {
    if (peer != null) {
      peer.abort();
    }
    end(ending);
  }

  private void end(Ending ending) {
    Alarm.cancel(farewell);
    if (!over) {
      over = true;
      events.ended(ending);
    }
  }

  private static Ending ending(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof WebSocketHandshakeException answered) {
      HttpResponse<?> response = answered.getResponse();
      if (response != null && response.statusCode() != 101) {
        return new Ending.Refused(response.statusCode(), retryAfter(response));
      }
    }
    return new Ending.Broken("no connection: " + cause);
  }

  /** Retry-After in seconds; a date is of no use to a clock that may be wrong. */
  private static OptionalLong retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> OptionalLong.of(1_000 * Long.parseLong(text)))
        .orElse(OptionalLong.empty());
  }

  /** What the JDK calls on its threads, one call after the other. */
  private final class Incoming implements WebSocket.Listener {
    private @Nullable StringBuilder pieces;

    @Override
    public void onOpen(WebSocket there) {
      environment.order().execute(() -> opened(there));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket there, CharSequence piece, boolean last) {
      if (over) {
        pieces = null;
        return null;
      }
      heardAt = environment.nanos();
      StringBuilder before = pieces;
      int length = (before == null ? 0 : before.length()) + piece.length();
      if (length > longest) {
        pieces = null;
        environment
            .order()
            .execute(
                () ->
                    abortAfter(
                        new Ending.Broken(
                            "a message has more than "
                                + longest
                                + " characters, which the server's own limits do not allow")));
        return null;
      }
      if (last) {
        String message = before == null ? piece.toString() : before.append(piece).toString();
        pieces = null;
        environment.order().execute(() -> arrived(message));
      } else {
        pieces = before == null ? new StringBuilder(piece) : before.append(piece);
        there.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket there, ByteBuffer piece, boolean last) {
      // The protocol has no binary messages; a later one may.
      return ignored(there);
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket there, ByteBuffer piece) {
      // The JDK answers it.
      return ignored(there);
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket there, ByteBuffer piece) {
      return ignored(there);
    }

    private @Nullable CompletionStage<?> ignored(WebSocket there) {
      heardAt = environment.nanos();
      if (!over) {
        there.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket there, int number, String reason) {
      environment.order().execute(() -> end(new Ending.Closed(number, reason)));
      return null;
    }

    @Override
    public void onError(WebSocket there, Throwable error) {
      environment.order().execute(() -> end(new Ending.Broken("the connection broke: " + error)));
    }
  }
}
